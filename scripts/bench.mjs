/**
 * `npm run -s bench -- CASE`: runs scripts/bench/CASE.ts, whose only output on stdout is one line of JSON. What is
 * written there by others (native libraries) belongs to stderr, and that case alone knows what its line is.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cases = join(dirname(fileURLToPath(import.meta.url)), 'bench');
const known = readdirSync(cases)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => basename(name, '.ts'))
  .sort();

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !known.includes(name)) {
  process.stderr.write(`Usage: npm run -s bench -- CASE, where CASE is one of: ${known.join(', ')}\n`);
  process.exitCode = 2;
} else {
  const environment = { TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true', ...process.env };
  const child = spawn(process.execPath, [join(cases, `${name}.ts`), ...args], { stdio: 'inherit', env: environment });
  child.on('close', (code) => (process.exitCode = code ?? 1));
}
