/** A part of Element Plus without its style sheet stands naked on the page; a sheet without its part is ballast. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../src-renderer');
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

test('the style sheets are those of the parts that are used', () => {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.vue'));
  const used = sources.flatMap((path) =>
    [...read(path).matchAll(/import \{([^}]+)\} from 'element-plus'/g)].flatMap(([, names]) =>
      [...(names ?? '').matchAll(/\bEl(\w+)/g)].map(([, name]) =>
        (name ?? '').replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase(),
      ),
    ),
  );
  const styled = [...read('ui/elementPlusStyles.ts').matchAll(/components\/([\w-]+)\/style/g)].map(([, name]) => name);
  expect(styled).toEqual([...new Set(used)].toSorted());
});
