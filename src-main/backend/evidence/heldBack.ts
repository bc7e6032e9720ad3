/** Keeps suspected copies of training scans out of what hands synthetic scans out: one place for all that do. */
import { isSetAside } from '#contract/evidence/quarantine.ts';
import { hashFile } from '../hash.ts';
import type { Store } from '../store/store.ts';

export interface Released<File> {
  readonly free: readonly File[];
  /** How many are held back. */
  readonly held: number;
}

/** Files are known by their bytes, wherever they lie; none is read in a project that suspects nothing. */
export async function withoutHeld<File extends { readonly path: string }>(
  { suspectedCopies }: Store,
  files: readonly File[],
): Promise<Released<File>> {
  const hashes = suspectedCopies.heldHashes();
  if (hashes.size === 0) return { free: files, held: 0 };
  const free: File[] = [];
  for (const file of files) if (!hashes.has(await hashFile(file.path))) free.push(file);
  return { free, held: files.length - free.length };
}

/** Ids of the artifacts that show a scan that is held back: itself, its sidecar, its thumbnail, the contact sheet it is on. */
export function heldArtifacts({ suspectedCopies, artifacts }: Store): ReadonlySet<string> {
  const hashes = suspectedCopies.heldHashes();
  const all = artifacts.list();
  const held = all.filter(({ sha256 }) => hashes.has(sha256));
  const scans = new Set(held.map(({ jobId, seed }) => `${jobId} ${String(seed)}`));
  const onSheet = new Set(held.filter(({ path }) => !isSetAside(path)).map(({ jobId }) => jobId));
  return new Set(
    all
      .filter(({ kind, jobId, seed }) =>
        kind === 'contact-sheet' ? onSheet.has(jobId) : scans.has(`${jobId} ${String(seed)}`),
      ) // prettier-ignore
      .map(({ id }) => id),
  );
}
