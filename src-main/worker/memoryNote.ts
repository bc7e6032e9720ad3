/** How a training traded time for memory when it last began an iteration: a file in its job's folder, should the system end it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainingMemory, type TrainingMemory } from '#contract/trainingMemory.ts';
import { writeFileAtomic } from '#imaging/atomicWrite.ts';

const noteOf = (jobDir: string): string => join(jobDir, 'memory.json');

/** Null where there is none, or nothing that can be read. */
export async function readMemoryNote(jobDir: string): Promise<TrainingMemory | null> {
  try {
    return trainingMemory.parse(JSON.parse(await readFile(noteOf(jobDir), 'utf8')));
  } catch {
    return null;
  }
}

export function writeMemoryNote(jobDir: string, settings: TrainingMemory): Promise<void> {
  return writeFileAtomic(noteOf(jobDir), `${JSON.stringify(settings)}\n`);
}
