import { existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cachedEngine,
  canSetUp,
  makeClone,
  openWorkshop,
  pathWith,
  pinEngine,
  setUp,
  type Workshop,
} from './smallClone.ts';

const binding = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node';

describe.skipIf(!canSetUp)('the set-up', () => {
  let workshop: Workshop;
  let clone: string;

  beforeAll(async () => {
    workshop = openWorkshop();
    clone = makeClone(workshop, 'first');
    const first = await setUp(workshop, clone);
    expect(first.stderr).toBe('');
    expect(first.stdout).toMatch(/engine +fetched \(tensorflow-cpu 2\.21\.0\) +\d+\.\d s/);
    expect(first.stdout).toMatch(/binding +compiled +\d+\.\d s/);
  });
  afterAll(() => {
    rmSync(workshop.folder, { recursive: true, force: true });
  });

  it('keeps the libraries and the headers of the wheel, and neither the rest nor the wheel', () => {
    const engine = cachedEngine(workshop);
    expect(existsSync(join(engine, 'tensorflow/libtensorflow_cc.so.2'))).toBe(true);
    expect(existsSync(join(engine, 'tensorflow/include/tensorflow/c/c_api.h'))).toBe(true);
    expect(readdirSync(engine, { recursive: true }).filter((name) => /\.(py|whl)$/.test(String(name)))).toEqual([]);
  });

  it('finds everything ready the second time and says so in a line a step', async () => {
    const before = statSync(join(clone, binding)).mtimeMs;
    const second = await setUp(workshop, clone);
    console.log(`second set-up: ${second.seconds.toFixed(2)} s`);
    expect(second.code).toBe(0);
    const lines = second.stdout.trim().split('\n');
    expect(lines.map((line) => line.split(/ +/)[0]).sort()).toEqual(['binding', 'engine', 'packages', 'runtime']);
    for (const line of lines) expect(line).toMatch(/^\w+ +ready( \(.*\))? +0\.\d s$/);
    expect(statSync(join(clone, binding)).mtimeMs).toBe(before);
  });

  it('is silent with --quiet when there is nothing to do', async () => {
    expect(await setUp(workshop, clone, { args: ['--quiet'] })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('keeps stdout clean with --quiet when there is something to do', async () => {
    rmSync(join(clone, binding));
    const result = await setUp(workshop, clone, { args: ['--quiet'] });
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(result.stderr).toMatch(/binding +copied/);
  });

  it('fetches and compiles nothing for a second clone', async () => {
    const result = await setUp(workshop, makeClone(workshop, 'second'));
    expect(result.stdout).toMatch(/engine +ready/);
    expect(result.stdout).toMatch(/binding +copied/);
  });

  it.each([
    ['a truncated library', (engine: string) => truncateSync(join(engine, 'tensorflow/libtensorflow_cc.so.2'), 100)],
    ['an unreadable list of files', (engine: string) => truncateSync(join(engine, '.complete'), 10)],
  ])('repairs a cache with %s', async (_what, damage) => {
    damage(cachedEngine(workshop));
    const result = await setUp(workshop, clone);
    expect(result.stdout).toMatch(/the cached copy is damaged \(.+\); fetching it again/);
    expect(result.stdout).toMatch(/engine +repaired/);
    expect((await setUp(workshop, clone)).stdout).toMatch(/engine +ready/);
  });

  it('clears away what a killed set-up left, also its lock', async () => {
    const engine = cachedEngine(workshop);
    const leftover = join(engine, '..', `.fresh-${engine.split('/').at(-1) ?? ''}-12345678`);
    mkdirSync(leftover);
    writeFileSync(join(leftover, 'half'), 'half');
    rmSync(engine, { recursive: true });
    writeFileSync(`${engine}.lock`, `4194305 ${hostname()}`); // above the largest process number there is
    const result = await setUp(workshop, clone);
    expect(result.stdout).toMatch(/engine +fetched/);
    expect(cachedEngine(workshop)).toBe(engine);
  });

  it('fetches once when two clones are set up at the same time', async () => {
    rmSync(cachedEngine(workshop), { recursive: true });
    const clones = ['third', 'fourth'].map((name) => makeClone(workshop, name));
    const results = await Promise.all(clones.map((each) => setUp(workshop, each)));
    expect(results.map((result) => result.code)).toEqual([0, 0]);
    expect(results.filter((result) => /engine +fetched/.test(result.stdout))).toHaveLength(1);
    expect(results.filter((result) => /engine +ready/.test(result.stdout))).toHaveLength(1);
    for (const each of clones) expect(existsSync(join(each, binding))).toBe(true);
  });

  it('refuses a wheel with another hash and leaves nothing of it', async () => {
    const forged = makeClone(workshop, 'forged');
    pinEngine(forged, '0'.repeat(64));
    const before = readdirSync(join(workshop.cache, 'doppel/engine'));
    const result = await setUp(workshop, forged);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/pip could not get what linux-x64-cpu\.txt names/);
    expect(result.stderr).toMatch(/hash/i);
    expect(readdirSync(join(workshop.cache, 'doppel/engine'))).toEqual(before);
  });

  it('does not use a damaged binding of the cache, and names the package that brings a missing compiler', async () => {
    const bindings = join(workshop.cache, 'doppel/binding');
    for (const name of readdirSync(bindings).filter((each) => each.endsWith('.node')))
      truncateSync(join(bindings, name), 100);
    const bare = makeClone(workshop, 'bare');
    const result = await setUp(workshop, bare, { path: pathWith(workshop, ['python3', 'node', 'npm']) });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      /g\+\+ is needed to compile.*apt-get install g\+\+.*dnf install gcc-c\+\+.*xcode-select/s,
    );
  });

  it('names the package that brings a missing Python', async () => {
    rmSync(cachedEngine(workshop), { recursive: true });
    const result = await setUp(workshop, clone, { path: pathWith(workshop, ['g++', 'node', 'npm']) });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/python3 is needed to fetch the engine.*apt-get install python3 python3-pip/s);
  });

  it('says what engines there are when the one asked for is not for this machine', async () => {
    const result = await setUp(workshop, clone, { args: ['--engine', 'gpu'] });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/There is no gpu engine for linux-x64; there is one for: linux-x64-cpu/);
  });

  it('does not understand what it does not know', async () => {
    const result = await setUp(workshop, clone, { args: ['--engine', 'quantum'] });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('npm run setup [-- --engine cpu|gpu]');
  });
});
