/** The npm packages that a packaged Doppel carries: those it runs on, and of each what Node loads. */
import { cpSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { productionPackages } from './production.mjs';

/** Nothing of these is loaded: declarations, headers, what packages need in old browsers, and Node, which lies elsewhere. */
const leftOut = new RegExp(
  '^(@types/.*|@webgpu/types|undici-types|node-addon-api|core-js|regenerator-runtime|node-(linux|win)-.*)$',
);

/** What is wanted of the large ones; their bundles for other places, sources and other platforms stay behind. */
const wanted = {
  '@itk-wasm/elastix': ['dist/*.js', 'dist/pipelines/elastix.{js,wasm.zst}'],
  'itk-wasm': ['dist/*.js', 'dist/{pipeline,interface-types,worker-pool,deprecated}/**/*.js'],
  '@niivue/dcm2niix': ['dist/{index.jpeg,dcm2niix.jpeg}.js', 'dist/dcm2niix.jpeg.wasm'],
  '@tensorflow/tfjs': ['dist/tf.node.js'],
  '@tensorflow/tfjs-backend-cpu': ['dist/tf-backend-cpu.node.js'],
  '@tensorflow/tfjs-backend-webgl': ['dist/tf-backend-webgl.node.js'],
  '@tensorflow/tfjs-converter': ['dist/tf-converter.node.js'],
  '@tensorflow/tfjs-core': ['dist/tf-core.node.js'],
  '@tensorflow/tfjs-data': ['dist/tf-data.node.js'],
  '@tensorflow/tfjs-layers': ['dist/tf-layers.node.js'],
  '@tensorflow/tfjs-node-gpu': ['dist/**/*.js'],
  'dicom-parser': ['dist/dicomParser.min.js'],
  'better-sqlite3': ['lib/**/*.js', `prebuilds/${process.platform}-${process.arch}.node`],
};
const always = ['package.json', '{licen[cs]e,LICEN[CS]E,copying,COPYING,notice,NOTICE}*'];

/** Of no package: maps, sources in TypeScript, tests, guides. */
const neverWanted = [
  /\.(map|[cm]?ts|tsbuildinfo)$/,
  /(_test|\.test|\.spec|\/run_tests)\.[cm]?js$/,
  /^(__tests__|tests?|docs?|examples?|benchmarks?)\//,
  /^(readme|changelog|history|contributing|security)[^/]*$/i,
];

/** Copies them into the folder's own node_modules. */
export function copyPackages(root, folder) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const { path, name } of productionPackages(lock)) {
    if (leftOut.test(name)) continue;
    // Those of other platforms are not there, and so give no files.
    for (const file of filesOf(join(root, path), name)) cpSync(join(root, path, file), join(folder, path, file));
  }
}

function filesOf(source, name) {
  const patterns = name in wanted ? [...always, ...wanted[name]] : ['**/*'];
  return globSync(patterns, { cwd: source, exclude: ['node_modules'] }).filter(
    (file) =>
      !neverWanted.some((pattern) => pattern.test(file.replaceAll('\\', '/'))) && statSync(join(source, file)).isFile(),
  );
}
