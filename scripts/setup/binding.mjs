/**
 * Step 4: the small C++ library between JavaScript and TensorFlow, compiled from the sources in the npm package and put
 * where that package looks for it. It knows the engine by its path (in the cache, or in a package beside itself), so it
 * is compiled once per engine and path and kept beside the engine.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './engine.mjs';
import { readIfThere } from './files.mjs';
import { reason, run } from './programs.mjs';
import { SetupError, missingProgram } from './setupError.mjs';

/** Included before the package's sources, which cannot set lists of strings. */
const addition = fileURLToPath(new URL('attributeLists.h', import.meta.url));
const packageName = join('@tensorflow', 'tfjs-node-gpu');
/** Where the package looks for it. */
export const bindingPath = join('lib', 'napi-v8', 'tfjs_binding.node');

/**
 * @param {{root: string, engine: {folder: string, key: string}, say: (text: string) => void}} options
 * @returns {Promise<{done: string}>}
 */
export async function provideBinding({ root, engine, say }) {
  const tfjs = join(root, 'node_modules', packageName);
  const installed = join(tfjs, bindingPath);
  const stamp = `${installed}.made-of`;
  const options = { root, engine, searchPath: join(engine.folder, 'tensorflow') };
  const { hash } = recipe(options);

  if (existsSync(installed) && readIfThere(stamp) === madeOf(hash, installed)) return { done: 'ready' };

  const { file, isFresh } = await compiledBinding({ ...options, say });
  mkdirSync(dirname(installed), { recursive: true });
  copyFileSync(file, `${installed}.fresh`);
  renameSync(`${installed}.fresh`, installed); // a program that has the old one loaded keeps it
  writeFileSync(stamp, madeOf(hash, installed));
  return { done: isFresh ? 'compiled' : 'copied' };
}

/**
 * The binding in the cache, compiled now if it is not there.
 * @param {{root: string, engine: {folder: string, key: string}, searchPath: string, say: (text: string) => void}} options
 *   `searchPath`: where the binding finds TensorFlow's libraries when it is loaded
 * @returns {Promise<{file: string, isFresh: boolean}>}
 */
export async function compiledBinding({ root, engine, searchPath, say }) {
  const { hash, ...inputs } = recipe({ root, engine, searchPath });
  const file = join(cacheFolder(), 'binding', `${hash}.node`);
  const sizeFile = `${file}.bytes`; // written last: a binding whose size it does not give is compiled again
  if (existsSync(file) && readIfThere(sizeFile) === String(statSync(file).size)) return { file, isFresh: false };
  say('compiling …');
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  try {
    await compile({ ...inputs, output: fresh });
    renameSync(fresh, file);
    writeFileSync(sizeFile, String(statSync(file).size));
  } finally {
    rmSync(fresh, { force: true });
  }
  return { file, isFresh: true };
}

function recipe({ root, engine, searchPath }) {
  const tfjs = join(root, 'node_modules', packageName);
  const library = join(engine.folder, 'tensorflow');
  const flags = compilerFlags(library, searchPath);
  const includes = [join(library, 'include'), join(root, 'node_modules', 'node-api-headers', 'include')];
  return {
    hash: hashOf(join(tfjs, 'binding'), [engine.key, ...flags, readFileSync(addition, 'utf8')]),
    tfjs,
    includes,
    flags,
  };
}

function madeOf(hash, installed) {
  return `${hash} ${statSync(installed).size}\n`;
}

/** Node-API 8 is in every Node and Electron since 2021; `searchPath` becomes part of the binding: no variable is needed. */
function compilerFlags(library, searchPath) {
  const common = [
    '-O2',
    '-fPIC',
    '-shared',
    '-std=c++17',
    '-DNAPI_VERSION=8',
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    '-DBUILDING_NODE_EXTENSION',
  ];
  const place = [`-L${library}`, `-Wl,-rpath,${searchPath}`];
  if (process.platform === 'darwin') {
    return [...common, ...place, '-undefined', 'dynamic_lookup', '-ltensorflow_cc.2', '-ltensorflow_framework.2'];
  }
  return [...common, ...place, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'];
}

async function compile({ tfjs, includes, flags, output }) {
  const compiler = process.env.CXX ?? 'g++';
  // Named from the package's folder, so that no path of this machine gets into the binding.
  const inputs = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join('binding', name));
  const headers = ['.', ...includes].map((folder) => `-I${folder}`);
  // Libraries come after what uses them, so the flags stand at the end.
  const result = await run(compiler, ['-include', addition, ...headers, ...inputs, ...flags, '-o', output], {
    cwd: tfjs,
  });
  if (result.code === 'ENOENT') throw missingProgram('g++', "compile the engine's binding");
  if (result.code !== 0) throw new SetupError(`${compiler} could not compile the engine's binding:\n${reason(result)}`);
}

function hashOf(folder, words) {
  const hash = createHash('sha256').update(words.join('\n'));
  for (const name of readdirSync(folder).sort()) hash.update(`\n${name}\n`).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 24);
}
