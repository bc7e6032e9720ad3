import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productionPackages } from '../../scripts/package/production.mjs';
import { root } from './smallTree.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));

describe('the decision records', () => {
  const records = readdirSync(join(root, 'docs/decisions')).filter((name) => name !== 'README.md');

  it('are numbered without gaps', () => {
    expect(records.sort().map((name) => name.slice(0, 5))).toEqual(
      records.map((_, i) => `${String(i + 1).padStart(4, '0')}-`),
    );
  });

  it('are each in the list, under their title', () => {
    const list = read('docs/decisions/README.md');
    for (const record of records) {
      const title = /^# (.+)$/m.exec(read(`docs/decisions/${record}`))?.[1] ?? 'no title';
      expect(list).toContain(`[${title}](${record})`);
    }
  });
});

describe('the documents', () => {
  it.each(tracked.filter((path) => path.endsWith('.md')))('%s links only to what is there', (path) => {
    const links = [...read(path).matchAll(/\]\((?!\w+:)([^)#]+)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
  });

  it('name scripts that exist', () => {
    const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
    const named = [...read('README.md').matchAll(/npm run (?:-s )?(\w+)/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(scripts).toContain(name);
  });

  it('carry the licence the package names', () => {
    expect((JSON.parse(read('package.json')) as { license: string }).license).toBe('Apache-2.0');
    expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0/);
    expect(read('CITATION.cff')).toContain('license: Apache-2.0');
  });
});

describe('the list of what Doppel is built on', () => {
  it('has every package that is needed to run it, with its version, and no other', () => {
    const lock = JSON.parse(read('package-lock.json')) as Parameters<typeof productionPackages>[0];
    const needed = productionPackages(lock).map(({ name, version }) => `${name} ${version}`);
    expect(needed.length).toBeGreaterThan(100);
    const table = read('resources/licences/THIRD-PARTY.md').split('## Packages')[1] ?? '';
    const listed = [...table.matchAll(/^\| (\S+) \| (\d\S*) \|/gm)].map(
      (match) => `${match[1] ?? ''} ${match[2] ?? ''}`,
    );
    expect(listed.sort(), 'run: node scripts/licences.mjs').toEqual(needed.sort());
  });
});

describe('the tree', () => {
  const sources = tracked.filter(
    (path) => /^(src-|models|scripts|test\/(?!fixtures))/.test(path) && ['.ts', '.mjs'].includes(extname(path)),
  );

  it('names files in camel case and by what they hold', () => {
    // A benchmark is called as its case is on the command line.
    const odd = sources
      .filter((path) => dirname(path) !== 'scripts/bench')
      .map((path) => basename(path).replace(/(\.test|\.worker|\.d)?\.\w+$/, ''))
      .filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name));
    expect(odd).toEqual([]);
    expect(sources.filter((path) => /(^|\/)(utils?|helpers?|common|managers?|services?)(\.|\/)/i.test(path))).toEqual(
      [],
    );
  });

  it('keeps addresses of package hosts out of what sets it up', () => {
    const setup = tracked.filter((path) => /^(scripts|resources|\.npmrc|\.ci|package\.json)/.test(path));
    const naming = setup.filter((path) => /https?:\/\//.test(read(path).replaceAll('http://www.w3.org/2000/svg', '')));
    expect(naming).toEqual([]);
    expect(read('package-lock.json')).not.toContain('"resolved"');
  });
});
