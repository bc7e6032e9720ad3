/** Names for new things: short enough to type, random enough never to meet again. */
import { randomBytes } from 'node:crypto';

/** For example `train-3f9a2c71`. */
export function newId(noun: string): string {
  return `${noun}-${randomBytes(4).toString('hex')}`;
}

/** The time as records store it: ISO 8601, UTC. */
export function now(): string {
  return new Date().toISOString();
}
