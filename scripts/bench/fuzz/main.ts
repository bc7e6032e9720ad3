/**
 * `npm run -s bench -- fuzz [FILES] [SEED]`: reads damaged files of every format, 20,000 unless told otherwise, and prints
 * how they ended, the longest time one took and the most memory. It fails where anything but a refusal was thrown, where
 * nothing happened for two minutes, and above 1 GiB.
 */
import { Worker } from 'node:worker_threads';
import type { FuzzResult } from '#test/imaging/fuzzReaders.ts';

const [files = 20_000, seed = 1] = process.argv.slice(2).map(Number);
const patienceMs = 120_000;
const mostMemoryMib = 1024;

const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: { files, seed } });
let lastSignAt = performance.now();
const watch = setInterval(() => {
  if (performance.now() - lastSignAt < patienceMs) return;
  process.stderr.write('A file hangs its reader.\n');
  process.exit(1);
}, 1000);
const result = await new Promise<FuzzResult>((resolve, reject) => {
  worker.on('message', (message: { done: number } | { result: FuzzResult }) => {
    lastSignAt = performance.now();
    if ('result' in message) resolve(message.result);
    else if (message.done % 2000 === 0) process.stderr.write(`${String(message.done)} files\n`);
  });
  worker.on('error', reject);
});
clearInterval(watch);
const memoryMib = Math.round(process.resourceUsage().maxRSS / 1024);
const { read, refused, faults, longestMs } = result;
process.stdout.write(
  `${JSON.stringify({ files, seed, read, refused, faults, longestMs: Math.round(longestMs), memoryMib })}\n`,
);
process.exitCode = faults.length === 0 && memoryMib <= mostMemoryMib ? 0 : 1;
