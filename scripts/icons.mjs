/**
 * Draws resources/icons/doppel.svg at the sizes that desktops ask for, with Electron itself. Run it after a change of
 * the drawing, on a screen: node_modules/.bin/node scripts/icons.mjs. electron-builder makes .ico and .icns of them.
 */
import { join } from 'node:path';
import { reason, run } from './setup/programs.mjs';
import { provideElectron } from './setup/testElectron.mjs';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'resources', 'icons');
const sizes = [16, 32, 48, 64, 128, 256, 512, 1024];

const { executable } = await provideElectron({ root, mayFetch: false, say: () => undefined });
const asRoot = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : [];
const given = [join(root, 'scripts', 'icons'), join(folder, 'doppel.svg'), folder, sizes.join(',')];
const drawn = await run(executable, [...asRoot, ...given]);
if (drawn.code !== 0) {
  process.stderr.write(`The icons could not be drawn:\n${reason(drawn)}\n`);
  process.exitCode = 1;
}
