/** Everything a window needs, in order: Electron, the system's libraries, the build. */
import { buildWindow } from './buildWindow.mjs';
import { provideElectron } from './testElectron.mjs';
import { provideWindowPackages } from './windowPackages.mjs';

/**
 * @param {{root: string, forTests: boolean, print: (text: string) => void}} options tests fetch nothing: they take the
 *   Electron that is there
 * @returns {Promise<{executable: string, isOfficial: boolean}>}
 */
export async function provideWindow({ root, forTests, print }) {
  const step = async (name, work) => {
    const started = performance.now();
    const label = name.padEnd(9);
    const result = await work((text) => print(`${label} ${text}\n`));
    print(`${label} ${result.done.padEnd(34)} ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    return result;
  };
  const electron = await step('electron', (say) => provideElectron({ root, mayFetch: !forTests, say }));
  await step('libraries', (say) => provideWindowPackages({ executable: electron.executable, forTests, say }));
  await step('window', (say) => buildWindow({ root, say }));
  return electron;
}
