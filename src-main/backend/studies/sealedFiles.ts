/** The files of a sealed study besides its log: the protocol, the key, and the key once it was opened. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import { caseTruth, studyProtocol, type StudyProtocol } from '#contract/studies.ts';
import { studyDir } from '../projects/layout.ts';

export const protocolName = 'protocol.json';
export const keyName = 'key.json';
export const openedName = 'opened.json';

export const studyFile = (projectDir: string, studyId: string, name: string): string =>
  join(studyDir(projectDir, studyId), name);

/** What is sealed: the truth of every case, and the salts of the commitments. */
export const studyKey = z.strictObject({
  format: z.literal('doppel-key-1'),
  study: z.string(),
  keySalt: z.string(),
  protocolSalt: z.string(),
  cases: z.record(z.string(), caseTruth),
});
export type StudyKey = z.infer<typeof studyKey>;

function readJson<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new AppError(
      'project-damaged',
      `${path} is missing or was changed. 'doppel study verify' tells all; restore the study's folder from a backup.`,
      { cause },
    );
  }
}

/** Throws `project-damaged`. */
export const readProtocol = (projectDir: string, studyId: string): StudyProtocol =>
  readJson(studyFile(projectDir, studyId, protocolName), studyProtocol);

/** Of a closed study. Throws `project-damaged`. */
export const readOpenedKey = (projectDir: string, studyId: string): StudyKey =>
  readJson(studyFile(projectDir, studyId, openedName), studyKey);
