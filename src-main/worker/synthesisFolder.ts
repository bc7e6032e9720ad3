/** Keeps one synthesis a folder: scans of two networks or seeds under one description would tell lies about each other. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';

/** What describes a whole folder, and would be written over. */
const folderFiles = ['dataset_description.json', 'participants.tsv', 'contact-sheet.png'];
const sidecarFields = z.looseObject({
  ModelHash: z.string(),
  Seed: z.number(),
  Truncation: z.number(),
  ClassAsked: z.string().nullable().default(null),
  Mark: z.union([z.literal(false), z.looseObject({})]).default(false),
});

export interface PlannedScan {
  /** `sub-…` */
  readonly subject: string;
  /** Path of its sidecar inside the folder. */
  readonly sidecar: string;
  readonly seed: number;
}

export interface SynthesisPlan {
  readonly checkpointSha256: string;
  readonly truncation: number;
  /** The class that was asked for; null: none. */
  readonly label: string | null;
  /** Whether the project's mark is in the voxels. */
  readonly isMarked: boolean;
  readonly scans: readonly PlannedScan[];
}

/**
 * Passes a folder that is new, or holds neither subjects nor a description, or nothing but scans that this plan would
 * write again (an interrupted or repeated synthesis); else AppError('already-exists'). Other files are left alone.
 */
export async function requireOwnFolder(out: string, plan: SynthesisPlan): Promise<void> {
  const names = await readdir(out).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    if ((thrown as NodeJS.ErrnoException).code === 'ENOTDIR')
      throw new AppError('already-exists', `${out} is a file, not a folder. Choose another --out.`);
    throw thrown;
  });
  const planned = new Map(plan.scans.map((scan) => [scan.subject, scan]));
  const subjects = names.filter((name) => name.startsWith('sub-'));
  for (const name of subjects) {
    const scan = planned.get(name);
    if (scan === undefined || !(await isSame(join(out, scan.sidecar), scan, plan))) throw taken(out, name);
  }
  const described = names.find((name) => folderFiles.includes(name));
  if (subjects.length === 0 && described !== undefined) throw taken(out, described);
}

/** By its sidecar; an empty subject of an interrupted synthesis has nothing to mix. */
async function isSame(sidecar: string, { seed }: PlannedScan, plan: SynthesisPlan): Promise<boolean> {
  try {
    const found = sidecarFields.parse(JSON.parse(await readFile(sidecar, 'utf8')));
    return (
      found.ModelHash === plan.checkpointSha256 &&
      found.Seed === seed &&
      found.Truncation === plan.truncation &&
      found.ClassAsked === plan.label &&
      (found.Mark !== false) === plan.isMarked
    );
  } catch {
    return (await readdir(dirname(sidecar)).catch(() => [])).length === 0;
  }
}

const taken = (out: string, what: string): AppError =>
  new AppError(
    'already-exists',
    `The folder ${basename(out)} holds something else already (${what}), and two sets of scans in one folder would mix. ` +
      'Choose a new folder with --out, or remove this one first.',
  );
