/** Starting other programs from the set-up: their output is kept for when they fail. */
import { spawn } from 'node:child_process';
import { delimiter, join, sep } from 'node:path';

/**
 * Runs a program to its end. A program that is not there gives `{code: 'ENOENT'}`.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<{code: number | string | null, stdout: string, stderr: string}>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', (error) => resolve({ code: error.code, stdout, stderr: stderr || error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? signal, stdout, stderr }));
  });
}

/** Of what a failed program said, the lines that tell why, indented: those that speak of an error, else the last ones. */
export function reason({ stdout, stderr }, lines = 12) {
  const said = (stderr.trim() || stdout.trim()).split('\n');
  const errors = said.filter((line) => /error/i.test(line)).slice(0, lines);
  return (errors.length > 0 ? errors : said.slice(-lines)).map((line) => `  ${line}`).join('\n');
}

/**
 * The environment with which the system's own programs are found: `npm run` puts node_modules/.bin first, and a Node
 * started from there would delete itself while it installs packages.
 */
export function systemEnvironment(root) {
  const bin = join(root, 'node_modules', '.bin');
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.startsWith(bin));
  return { ...process.env, PATH: path.filter((entry) => !entry.endsWith(`node_modules${sep}.bin`)).join(delimiter) };
}
