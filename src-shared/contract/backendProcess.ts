/** What the desktop shell and its backend process say to each other over the process's IPC channel. */
import { z } from 'zod';
import { errorShape } from './errors.ts';
import { backendEvent } from './events.ts';

export const toBackendProcess = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id: z.int(), name: z.string(), input: z.unknown() }),
  /** How many threads the jobs that start from now on may use; null: all. */
  z.strictObject({ type: z.literal('threads'), threads: z.int().positive().nullable() }),
  /** Stop the jobs, keep their checkpoints, end. */
  z.strictObject({ type: z.literal('stop') }),
]);
export type ToBackendProcess = z.infer<typeof toBackendProcess>;

const reply = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: errorShape }),
]);

export const fromBackendProcess = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('reply'), id: z.int(), reply }),
  z.strictObject({ type: z.literal('event'), event: backendEvent }),
]);
export type FromBackendProcess = z.infer<typeof fromBackendProcess>;
