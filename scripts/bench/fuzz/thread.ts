/** The thread that reads, so that a reader that hangs is noticed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { fuzzReaders } from '#test/imaging/fuzzReaders.ts';

const { files, seed } = workerData as { readonly files: number; readonly seed: number };
const folder = mkdtempSync(join(tmpdir(), 'doppel-fuzz-'));
try {
  const onFile = (done: number): void => {
    if (done % 100 === 0) parentPort?.postMessage({ done });
  };
  parentPort?.postMessage({ result: await fuzzReaders({ files, seed, folder, convertEvery: 100, onFile }) });
} finally {
  rmSync(folder, { recursive: true });
}
