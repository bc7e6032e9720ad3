/**
 * Installers of the unpacked application, as electron-builder.yml lists them. Some are made with tools that
 * electron-builder downloads first; without a network those fail, and are named with their reason.
 */
import { run } from '../setup/programs.mjs';
import { build } from './build.mjs';

const targetsOf = { linux: ['AppImage', 'deb', 'tar.gz'], win32: ['nsis'], darwin: ['dmg'] };
/** Packed hard, it is not done after several minutes; fast, it takes one and has a quarter of its size. */
const packedFast = new Set(['tar.gz']);
const networkErrors = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|HTTPError|RequestError/;

/**
 * @param {object} options
 * @param {string} options.root
 * @param {'cpu' | 'gpu'} options.variant
 * @param {{executable: string, version: string}} options.electron
 * @param {{folder: string}} options.application
 * @param {(text: string) => void} options.say
 * @returns {Promise<{target: string, file: string | null, why: string}[]>}
 */
export async function makeInstallers({ root, variant, electron, application, say }) {
  await useSystem7zip();
  const made = [];
  for (const target of targetsOf[process.platform] ?? []) {
    say(`making the ${target} …`);
    try {
      const compression = packedFast.has(target) ? 'store' : 'normal';
      const options = { root, variant, electron, prepackaged: application.folder, compression };
      const { files } = await build({ ...options, targets: [target] });
      made.push({ target, file: files[0] ?? null, why: 'electron-builder made no file' });
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      made.push({
        target,
        file: null,
        why: networkErrors.test(String(error)) ? `needs a machine with a network: ${words}` : words,
      });
    }
  }
  return made;
}

/** Debian's p7zip, where it is installed, in place of the one that would be downloaded. */
async function useSystem7zip() {
  if (process.platform !== 'linux') return;
  const { code, stdout } = await run('sh', ['-c', 'command -v 7za']);
  if (code === 0) process.env.ELECTRON_BUILDER_7ZIP_PATH ??= stdout.trim();
}
