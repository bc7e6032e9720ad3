/**
 * Gathers what backend, workers and command line need, as the package will hold it (`resources/doppel`): the sources as
 * they are, Node, the packages they import, the engine and its binding. Everything is copied, so that what signs or
 * changes files of a package touches no cache. Nothing in it knows where it was made.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bindingPath, compiledBinding } from '../setup/binding.mjs';
import { copyPackages } from './packages.mjs';

const code = ['src-shared', 'src-main/imaging', 'src-main/worker', 'src-main/backend', 'src-main/cli', 'models'];
const documents = ['LICENSE', 'NOTICE', 'CITATION.cff', 'CHANGELOG.md', 'resources/licences'];
/** What of the checkout goes in as it is. */
export const stagedSources = [...code, ...documents];
const isWindows = process.platform === 'win32';
/** From the binding to the engine, both inside of the package. */
const libraryFromBinding = '../../../../../engine/tensorflow';
const besideItself = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN';

/**
 * @param {{root: string, engine: {folder: string, key: string}, folder: string, say: (text: string) => void}} options
 *   `folder`: where it goes, not there yet
 */
export async function stage({ root, engine, folder, say }) {
  const copy = (from, to) => cpSync(join(root, from), join(folder, to), { recursive: true });
  mkdirSync(folder, { recursive: true });
  const isRun = (path) => !path.endsWith('.d.ts'); // not what only the compiler reads
  for (const path of code) cpSync(join(root, path), join(folder, path), { recursive: true, filter: isRun });
  for (const path of documents) copy(path, basename(path));
  copy('out/renderer/licences.md', 'licences/WINDOW.md');
  writeFileSync(join(folder, 'package.json'), manifest(root));
  copyPackages(root, folder);
  copyNode(root, folder);
  await copyEngine({ root, engine, folder, say });
  const launcher = isWindows ? 'doppel.cmd' : 'doppel';
  copy(`resources/launcher/${launcher}`, launcher);
  chmodSync(join(folder, launcher), 0o755);
}

/** What the sources read of package.json; `packaged` tells them that no set-up can mend this copy. */
function manifest(root) {
  const { name, version, description, license, type, imports } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const own = Object.fromEntries(
    Object.entries(imports).filter(([, path]) => !/^\.\/(src-renderer|test)\//.test(path)),
  );
  return `${JSON.stringify({ name, version, description, license, type, packaged: true, imports: own }, null, 2)}\n`;
}

function copyNode(root, folder) {
  const name = isWindows ? 'node.exe' : 'node';
  const node = realpathSync(join(root, 'node_modules', '.bin', name));
  cpSync(node, join(folder, 'bin', name));
  chmodSync(join(folder, 'bin', name), 0o755);
  const carrier = join(root, 'node_modules', `node-${process.platform}-${process.arch}`);
  if (node.startsWith(realpathSync(carrier))) cpSync(join(carrier, 'LICENSE'), join(folder, 'bin', 'LICENSE'));
}

/** Its libraries and licences; the headers have served when the binding is compiled. */
async function copyEngine({ root, engine, folder, say }) {
  cpSync(engine.folder, join(folder, 'engine'), {
    recursive: true,
    filter: (path) => !/[/\\](include[/\\].*\.h|\.complete)$/.test(path),
  });
  const searchPath = `${besideItself}/${libraryFromBinding}`;
  const { file } = await compiledBinding({ root, engine, searchPath, say });
  cpSync(file, join(folder, 'node_modules', '@tensorflow', 'tfjs-node-gpu', bindingPath));
}
