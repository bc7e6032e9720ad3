/**
 * `npm run -s bench -- CASE`: runs scripts/bench/CASE.ts or scripts/bench/CASE/main.ts (learnSr is called learn-sr, and so
 * on), which prints its figures on
 * stdout: one line of JSON, but for `ui` a line a figure. Everything else belongs to stderr.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** learnSr → learn-sr: how a case is called. */
const caseName = (file) => file.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const cases = join(dirname(fileURLToPath(import.meta.url)), 'bench');
const entries = new Map(
  readdirSync(cases, { withFileTypes: true })
    .map((entry) => [
      caseName(basename(entry.name, '.ts')),
      entry.isDirectory() ? join(entry.name, 'main.ts') : entry.name,
    ])
    .sort(),
);

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !entries.has(name)) {
  process.stderr.write(`Usage: npm run -s bench -- CASE, where CASE is one of: ${[...entries.keys()].join(', ')}\n`);
  process.exitCode = 2;
} else {
  const environment = { TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true', ...process.env };
  const child = spawn(process.execPath, [join(cases, entries.get(name)), ...args], {
    stdio: 'inherit',
    env: environment,
  });
  child.on('close', (code) => (process.exitCode = code ?? 1));
}
