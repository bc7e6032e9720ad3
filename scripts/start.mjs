/** `npm start`, after the set-up: builds the window if a source has changed, and opens it. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup/setupError.mjs';
import { provideWindow } from './setup/window.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);

const noDisplay = `
Doppel's window needs a display, and this machine has none (neither DISPLAY nor WAYLAND_DISPLAY is set).
Start it at the machine itself, over ssh -X, or inside: xvfb-run npm start
What works without one:

  npm run demo                  brain scans made on the spot: import, train, synthesise, look at demo/report.html
  npm run demo -- FOLDER        the same with your own scans (NIfTI or MGH, also BIDS)
  npm run -s doppel -- --help   every command: projects, import, training, synthesis
`;

try {
  const { executable } = await provideWindow({ root, forTests: false, print: (text) => process.stdout.write(text) });
  if (hasDisplay) open(executable);
  else throw new SetupError(noDisplay);
} catch (error) {
  process.stderr.write(error instanceof SetupError ? `\n${error.message}\n` : `\n${error.stack}\n`);
  process.exitCode = 1;
}

function open(executable) {
  const asRoot = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : []; // Chromium refuses its sandbox to root
  const window = spawn(executable, [...asRoot, root, ...process.argv.slice(2)], { stdio: 'inherit' });
  window.on('close', (code) => (process.exitCode = code ?? 1));
}
