/** The command line's beginning: `doppel ARGUMENTS`. */
import { runCommandLine } from './runCommandLine.ts';

// A reader that has seen enough (`doppel job list | head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// npm runs its scripts in the clone; paths are meant from where the user stands.
const { npm_lifecycle_event: script, INIT_CWD: standsAt } = process.env;
if (script === 'doppel' && standsAt !== undefined) process.chdir(standsAt);

process.exitCode = await runCommandLine(process.argv.slice(2));
