/**
 * Step 4: the small C++ library between JavaScript and TensorFlow, compiled from the sources in the npm package and put
 * where that package looks for it. It knows the engine by its path in the cache, so it is compiled once per engine and
 * kept beside it.
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
import { cacheFolder } from './engine.mjs';
import { readIfThere } from './files.mjs';
import { reason, run } from './programs.mjs';
import { SetupError, missingProgram } from './setupError.mjs';

/**
 * @param {{root: string, engine: {folder: string, key: string}, say: (text: string) => void}} options
 * @returns {Promise<{done: string}>}
 */
export async function provideBinding({ root, engine, say }) {
  const tfjs = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  const sources = join(tfjs, 'binding');
  const installed = join(tfjs, 'lib', 'napi-v8', 'tfjs_binding.node');
  const stamp = `${installed}.made-of`;
  const library = join(engine.folder, 'tensorflow');
  const flags = compilerFlags(library);
  const hash = hashOf(sources, [engine.key, ...flags]);

  if (existsSync(installed) && readIfThere(stamp) === madeOf(hash, installed)) return { done: 'ready' };

  const cached = join(cacheFolder(), 'binding', `${hash}.node`);
  const sizeFile = `${cached}.bytes`; // written last: a binding whose size it does not give is compiled again
  const isCompiled = existsSync(cached) && readIfThere(sizeFile) === String(statSync(cached).size);
  if (!isCompiled) {
    say('compiling …');
    const headers = join(root, 'node_modules', 'node-api-headers', 'include');
    mkdirSync(dirname(cached), { recursive: true });
    const fresh = `${cached}.${process.pid}`;
    try {
      await compile({ sources, includes: [tfjs, join(library, 'include'), headers], flags, output: fresh });
      renameSync(fresh, cached);
      writeFileSync(sizeFile, String(statSync(cached).size));
    } finally {
      rmSync(fresh, { force: true });
    }
  }
  mkdirSync(dirname(installed), { recursive: true });
  copyFileSync(cached, `${installed}.fresh`);
  renameSync(`${installed}.fresh`, installed); // a program that has the old one loaded keeps it
  writeFileSync(stamp, madeOf(hash, installed));
  return { done: isCompiled ? 'copied' : 'compiled' };
}

function madeOf(hash, installed) {
  return `${hash} ${statSync(installed).size}\n`;
}

/** Node-API 8 is in every Node and Electron since 2021; `library` becomes part of the binding, so none is searched for at run time. */
function compilerFlags(library) {
  const common = [
    '-O2',
    '-fPIC',
    '-shared',
    '-std=c++17',
    '-DNAPI_VERSION=8',
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    '-DBUILDING_NODE_EXTENSION',
  ];
  const place = [`-L${library}`, `-Wl,-rpath,${library}`];
  if (process.platform === 'darwin') {
    return [...common, ...place, '-undefined', 'dynamic_lookup', '-ltensorflow_cc.2', '-ltensorflow_framework.2'];
  }
  return [...common, ...place, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'];
}

async function compile({ sources, includes, flags, output }) {
  const compiler = process.env.CXX ?? 'g++';
  const inputs = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(sources, name));
  // Libraries come after what uses them, so the flags stand at the end.
  const result = await run(compiler, [...includes.map((folder) => `-I${folder}`), ...inputs, ...flags, '-o', output]);
  if (result.code === 'ENOENT') throw missingProgram('g++', "compile the engine's binding");
  if (result.code !== 0) throw new SetupError(`${compiler} could not compile the engine's binding:\n${reason(result)}`);
}

function hashOf(folder, words) {
  const hash = createHash('sha256').update(words.join('\n'));
  for (const name of readdirSync(folder).sort()) hash.update(`\n${name}\n`).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 24);
}
