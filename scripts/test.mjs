/**
 * `npm test`, after the set-up: what a window needs, the checks, then every test. The last line counts both, as `N passed, N failed`; a
 * checker, a file that does not load and an error outside of any test count like tests.
 *
 *   npm test [-- FILE or other vitest arguments]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChecks } from './house/checks.mjs';
import { provideWindow } from './setup/window.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await provideWindow({ root, forTests: true, print: (text) => process.stdout.write(text) });
const checked = await runChecks((text) => process.stdout.write(text));
const tested = await runTests(process.argv.slice(2));
const passed = checked.passed + tested.passed;
const failed = checked.failed + tested.failed;
process.stdout.write(`${passed} passed, ${failed} failed${tested.skipped > 0 ? `, ${tested.skipped} skipped` : ''}\n`);
if (failed > 0) process.exitCode = 1;

async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'doppel-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await runVitest(['run', ...reporters, ...args]);
    return count(report, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runVitest(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
      cwd: root,
      stdio: 'inherit',
    });
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** What really ran, from vitest's own report; a failure that shows only in its exit code counts as one. */
function count(reportFile, exitCode) {
  let report;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const states = report.testResults.flatMap((file) => file.assertionResults.map((test) => test.status));
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failedTests = states.filter((state) => state === 'failed').length + brokenFiles.length;
  return {
    passed: states.filter((state) => state === 'passed').length,
    failed: exitCode !== 0 && failedTests === 0 ? 1 : failedTests,
    skipped: states.filter((state) => state !== 'passed' && state !== 'failed').length,
  };
}
