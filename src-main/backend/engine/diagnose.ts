/** The doctor: what works on this machine, what does not, and how to mend it. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { DoctorReport } from '#contract/commands.ts';
import { toErrorShape } from '#contract/errors.ts';
import type { EngineReport } from '#contract/jobs.ts';
import { isPackaged, mending } from '#shared/installation.ts';
import { runOnce } from '../jobs/runOnce.ts';
import { testSqlite } from '../store/selfTest.ts';

type Check = DoctorReport['checks'][number];

const oldestNode = 24;
/** A small project with a few checkpoints takes about as much. */
const leastFreeBytes = 2e9;

const inGigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

function checkNode(): Check {
  const ok = Number(process.versions.node.split('.')[0]) >= oldestNode;
  return {
    name: 'node',
    ok,
    detail: ok
      ? process.versions.node
      : `${process.versions.node} is too old: ${mending.installation}, which brings Node ${String(oldestNode)}.`,
  };
}

function checkSqlite(folder: string): Check {
  try {
    return { name: 'sqlite', ok: true, detail: `SQLite ${testSqlite(folder)}, writes and reads` };
  } catch (thrown) {
    return { name: 'sqlite', ok: false, detail: `${toErrorShape(thrown).message}: ${mending.installation}.` };
  }
}

/** Where the engine is kept between clones (XDG base directories); a package has its own. */
function cacheFolder(): string {
  const given = process.env['XDG_CACHE_HOME'];
  return join(given !== undefined && isAbsolute(given) ? given : join(homedir(), '.cache'), 'doppel');
}

async function checkCache(): Promise<Check> {
  const folder = cacheFolder();
  if (!existsSync(folder)) return { name: 'cache', ok: true, detail: `${folder} is not there (made by npm run setup)` };
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  }
  return { name: 'cache', ok: true, detail: `${folder}, ${inGigabytes(bytes)}` };
}

async function checkDisk(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const ok = free >= leastFreeBytes;
  return {
    name: 'disk',
    ok,
    detail: `${inGigabytes(free)} free at ${folder}${ok ? '' : ': free some space, checkpoints need it'}`,
  };
}

interface EngineFindings {
  readonly engine: EngineReport;
  readonly checks: readonly Check[];
}

/** Asks a worker process, whose crash is then an answer too. */
async function examineEngine(): Promise<EngineFindings> {
  try {
    return await runOnce({ kind: 'doctor' }, 'doctor', { advice: `To mend it: ${mending.installation}.` });
  } catch (thrown) {
    return {
      engine: { name: 'tensorflow', version: 'not available', device: 'none', devices: [] },
      checks: [{ name: 'engine', ok: false, detail: toErrorShape(thrown).message }],
    };
  }
}

/** Takes a few seconds; never throws for what it finds, only for what it cannot look at. */
export async function diagnose(): Promise<DoctorReport> {
  const folder = await mkdtemp(join(tmpdir(), 'doppel-doctor-'));
  try {
    const { engine, checks } = await examineEngine();
    const all = [
      checkNode(),
      ...checks,
      checkSqlite(folder),
      ...(isPackaged ? [] : [await checkCache()]),
      await checkDisk(process.cwd()),
    ];
    return { ok: all.every((check) => check.ok), engine, node: process.versions.node, checks: all };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
