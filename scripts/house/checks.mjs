/** The tools that keep the house in order. Each finds its own settings in the root folder; two run at a time. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const atATime = 2;

/** The longest first, so that the short ones fill the other place. */
const checks = [
  { name: 'rules (eslint)', tool: 'eslint/bin/eslint.js', args: ['.', '--max-warnings', '0'] },
  { name: 'types (src-main, scripts, test)', tool: 'typescript/bin/tsc', args: ['-p', 'tsconfig.node.json'] },
  { name: 'types (src-renderer)', tool: 'vue-tsc/bin/vue-tsc.js', args: ['-p', 'tsconfig.renderer.json'] },
  { name: 'types (test/renderer)', tool: 'vue-tsc/bin/vue-tsc.js', args: ['-p', 'test/renderer'] },
  { name: 'types (test/e2e)', tool: 'typescript/bin/tsc', args: ['-p', 'test/e2e'] },
  { name: 'types (scripts/bench/ui)', tool: 'typescript/bin/tsc', args: ['-p', 'scripts/bench/ui'] },
  { name: 'types (src-shared, models)', tool: 'typescript/bin/tsc', args: ['-p', 'tsconfig.pure.json'] },
  {
    name: 'layers (dependency-cruiser)',
    tool: 'dependency-cruiser/bin/dependency-cruiser.mjs',
    args: [
      '--config',
      '.dependency-cruiser.mjs',
      'src-shared',
      'models',
      'src-main',
      'src-renderer',
      'scripts',
      'test',
    ],
  },
  { name: 'unused (knip)', tool: 'knip/bin/knip.js', args: ['--no-progress', '--treat-config-hints-as-errors'] },
  { name: 'format (prettier)', tool: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.'] },
];

/**
 * Runs them all and prints a line for each as it ends, then what the failed ones said.
 * @param {(text: string) => void} print
 * @returns {Promise<{passed: number, failed: number}>}
 */
export async function runChecks(print) {
  const waiting = [...checks];
  const failures = [];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const started = performance.now();
      const { code, output } = await runTool(check);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      print(`${check.name.padEnd(32)} ${code === 0 ? 'ok    ' : 'FAILED'} ${seconds.padStart(5)} s\n`);
      if (code !== 0) failures.push({ name: check.name, output });
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  for (const { name, output } of failures) print(`\n── ${name} ──\n${output.trimEnd()}\n`);
  return { passed: checks.length - failures.length, failed: failures.length };
}

function runTool({ tool, args }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', tool), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
