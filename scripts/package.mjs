/**
 * `npm run package`, after the set-up: the application as a folder to start and to copy, and the installers that can be
 * made here. A package is made on the system that it is for: its engine comes from that system's wheel.
 *
 *   npm run package [-- --engine cpu|gpu] [--folder-only]
 */
import { join, relative } from 'node:path';
import { provideApplication } from './package/application.mjs';
import { makeInstallers } from './package/installers.mjs';
import { sizeOf } from './package/sizes.mjs';
import { SetupError } from './setup/setupError.mjs';
import { provideElectron } from './setup/testElectron.mjs';

const root = join(import.meta.dirname, '..');
const say = (text) => process.stdout.write(`${text}\n`);

async function main(args) {
  const { variant, folderOnly } = readArguments(args);
  const electron = await provideElectron({ root, mayFetch: true, say });
  const application = await provideApplication({ root, variant, electron, say });
  const installers = folderOnly ? [] : await makeInstallers({ root, variant, electron, application, say });
  report({ variant, electron, application, installers });
}

function report({ variant, electron, application, installers }) {
  const line = (path, words) => `  ${relative(root, path).padEnd(52)} ${words}`;
  const made = installers.filter(({ file }) => file !== null);
  const notMade = installers.filter(({ file }) => file === null);
  say(`\nDoppel with ${variant === 'gpu' ? 'the CUDA build of ' : ''}its engine, Electron ${electron.version}:`);
  say(line(application.folder, `${sizeOf(application.folder)}, to start: ${relative(root, application.executable)}`));
  for (const { file } of made) say(line(file, sizeOf(file)));
  if (notMade.length > 0) say('\nNot made here:');
  for (const { target, why } of notMade) say(`  ${target.padEnd(10)} ${why}`);
  if (application.missingFuses.length > 0)
    say(`\nFuses that this Electron does not have: ${application.missingFuses.join(', ')}.`);
  if (!electron.isOfficial) {
    say(
      `\nFOR TRYING ONLY: the official Electron cannot be fetched from here, so this package holds the old Electron ` +
        `${electron.version} that tests use. Do not give it to anybody; run this again where Electron can be fetched.`,
    );
  }
}

function readArguments(args) {
  let variant = 'cpu';
  let folderOnly = false;
  for (let index = 0; index < args.length; index++) {
    if (args[index] === '--folder-only') folderOnly = true;
    else if (args[index] === '--engine' && ['cpu', 'gpu'].includes(args[index + 1])) variant = args[++index];
    else {
      throw new SetupError(
        `"${args[index]}" is not understood. Use: npm run package [-- --engine cpu|gpu] [--folder-only]`,
      );
    }
  }
  return { variant, folderOnly };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(error instanceof SetupError ? `\n${error.message}\n` : `\n${error.stack}\n`);
  process.exitCode = 1;
}
