/** Parses the arguments, runs the command, and turns whatever goes wrong into words and an exit code. */
import { CommanderError } from 'commander';
import { exitCodeOfError, exitCodes, type ExitCode } from './exitCodes.ts';
import { printError } from './output.ts';
import { createProgram } from './program.ts';

/** Runs one command; returns its exit code. Results go to stdout, everything else to stderr. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  const isJson = args.includes('--json');
  let code: ExitCode = exitCodes.success;
  const program = createProgram((ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return exitCodes.success; // --help, --version
      // The words are on stderr already; a missing subcommand shows its help instead.
      if (isJson)
        printError({ code: 'usage', message: thrown.message.replace(/^error: /, '') }, { isJson, isSaid: true });
      return exitCodes.usage;
    }
    const { toErrorShape } = await import('#contract/errors.ts');
    const error = toErrorShape(thrown);
    if (error.code === 'internal') console.error(thrown);
    printError(error, { isJson, isSaid: false });
    return exitCodeOfError(error.code);
  }
}
