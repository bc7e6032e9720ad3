/** Every value in `fixtures/contract/valid` must parse, none in `invalid` may. Files are called `SCHEMA--what.json`. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { commands } from '#contract/commands.ts';
import { backendEvent } from '#contract/events.ts';
import { job, jobRequest, workerCommand, workerMessage, workerTask } from '#contract/jobs.ts';
import { checkpointRecord, modelDescriptor, volumeRecord } from '#contract/records.ts';

const schemas = new Map<string, z.ZodType>([
  ...Object.entries({
    backendEvent,
    checkpointRecord,
    job,
    jobRequest,
    modelDescriptor,
    volumeRecord,
    workerCommand,
    workerMessage,
    workerTask,
  }),
  ...Object.entries(commands).map(([name, { input }]) => [name, input] as const),
]);

const folder = new URL('../fixtures/contract/', import.meta.url);

function fixtures(kind: 'valid' | 'invalid'): { name: string; schema: z.ZodType | undefined; value: unknown }[] {
  return readdirSync(new URL(`${kind}/`, folder)).map((file) => {
    const name = file.replace(/\.json$/, '');
    const value: unknown = JSON.parse(readFileSync(new URL(`${kind}/${file}`, folder), 'utf8'));
    return { name, schema: schemas.get(name.split('--')[0] ?? ''), value };
  });
}

describe('valid', () => {
  test.each(fixtures('valid'))('$name', ({ schema, value }) => {
    expect(schema?.safeParse(value)).toMatchObject({ success: true, data: value });
  });
});

describe('invalid', () => {
  test.each(fixtures('invalid'))('$name', ({ schema, value }) => {
    expect(schema?.safeParse(value)).toMatchObject({ success: false });
  });
});
