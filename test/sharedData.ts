/** The folder of real data that lies beside a checkout. Tests that need it are skipped, and say so, where it is missing. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';

const sharedFolder = resolve(import.meta.dirname, '..', '..', 'shared');

/** A place in the folder of real data. */
function sharedPath(...names: readonly string[]): string {
  return join(sharedFolder, ...names);
}

/** A group of tests that need `place` (relative to the folder of real data, e.g. `real/bad`), which it is handed absolute. */
export function describeShared(title: string, place: string, tests: (path: string) => void): void {
  const path = sharedPath(place);
  if (existsSync(path)) {
    describe(title, () => {
      tests(path);
    });
  } else {
    describe.skip(`${title} (skipped: ../shared/${place} is not there)`, () => {
      tests(path);
    });
  }
}

const templateFolder = '/usr/share/mricron/templates';

/** A group of tests that need Debian's package mricron-data, whose folder of templates it is handed. */
export function describeTemplates(title: string, tests: (folder: string) => void): void {
  if (existsSync(templateFolder)) {
    describe(title, () => {
      tests(templateFolder);
    });
  } else {
    describe.skip(`${title} (skipped: Debian's mricron-data is not installed)`, () => {
      tests(templateFolder);
    });
  }
}
