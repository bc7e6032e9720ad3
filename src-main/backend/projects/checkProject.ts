/** Compares what lies in a project folder with what its database says. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { ProjectCheck } from '#contract/commands.ts';
import { isNotKept } from '#contract/privacy.ts';
import { findCheckpointFault } from '../checkpoints/verifyCheckpoint.ts';
import { hashFile } from '../hash.ts';
import { databaseName } from '../store/connection.ts';
import { lockName, ownerName } from '../store/ownerLock.ts';
import { bundleFolder, checkpointDir, descriptionName, weightsName } from './layout.ts';
import type { ReadProject } from './sessions.ts';

type Problem = ProjectCheck['problems'][number];

async function findFileFault(path: string, sha256: string): Promise<string | null> {
  if (!existsSync(path)) return 'missing';
  return (await hashFile(path)) === sha256 ? null : 'changed since it was written';
}

/** Volumes, label maps, and what jobs wrote inside the project: path (relative) to hash. */
function expectedFiles({ store }: ReadProject): ReadonlyMap<string, string> {
  const volumes = store.datasets.files();
  const artifacts = store.artifacts.list().filter(({ path }) => !isAbsolute(path) && !isNotKept(path));
  return new Map([...volumes, ...artifacts].map((file) => [file.path, file.sha256]));
}

/** Files no row speaks of. What jobs keep in their folders (logs, previews of earlier lives) is theirs. */
async function findExtras({ dir, store }: ReadProject, expected: ReadonlySet<string>): Promise<readonly string[]> {
  const jobs = new Set(store.jobs.list().map((job) => job.id));
  const studies = new Set(store.studies.list().map((study) => study.id));
  const own = new Set([
    databaseName,
    `${databaseName}-wal`,
    `${databaseName}-shm`,
    lockName,
    `${lockName}-journal`,
    ownerName,
  ]);
  const isTemporary = (name: string): boolean => /(^|[.\-~])(tmp|temp|part)([.\-~]|$)/i.test(name);
  const extras: string[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) continue;
    const path = relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/');
    const [top, owner = ''] = path.split('/');
    // `study verify` looks at what a study has committed to.
    const isStudys = top === 'studies' && studies.has(owner) && !isTemporary(entry.name);
    const isJobs = ['jobs', 'synthetic', 'walks'].includes(top ?? '') && jobs.has(owner) && !isTemporary(entry.name);
    if (!own.has(path) && !expected.has(path) && !isJobs && !isStudys && top !== 'reports' && top !== bundleFolder)
      extras.push(path);
  }
  return extras.sort();
}

/**
 * Reads every registered file and compares its SHA-256. `ok` tells that nothing is missing or changed and the database
 * is whole; leftovers are listed among the problems but take nothing away.
 */
export async function checkProject(project: ReadProject): Promise<ProjectCheck> {
  const { dir, store } = project;
  const problems: Problem[] = store.project.faults().map((problem) => ({ path: databaseName, problem }));
  const files = expectedFiles(project);
  for (const [path, sha256] of files) {
    const problem = await findFileFault(join(dir, path), sha256);
    if (problem !== null) problems.push({ path, problem });
  }
  const checkpoints = store.checkpoints.list();
  for (const checkpoint of checkpoints) {
    const problem = await findCheckpointFault(checkpointDir(dir, checkpoint), checkpoint.sha256);
    if (problem !== null) problems.push({ path: checkpoint.path, problem });
  }
  const ok = problems.length === 0;
  const checkpointFiles = checkpoints.flatMap(({ path }) => [`${path}/${weightsName}`, `${path}/${descriptionName}`]);
  const extras = await findExtras(project, new Set([...files.keys(), ...checkpointFiles]));
  problems.push(
    ...extras.map((path) => ({ path, problem: 'left over: nothing in the project refers to it, it may be deleted' })),
  );
  return { ok, filesChecked: files.size + checkpointFiles.length, problems };
}
