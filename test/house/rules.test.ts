import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTree, root } from './smallTree.ts';

interface FileResult {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

const switchOver = (cases: string): string =>
  `export function text(kind: 'a' | 'b'): string {\n  switch (kind) {\n    case 'a':\n      return 'first';\n${cases}  }\n  return '';\n}\n`;

const files: Readonly<Record<string, string>> = {
  'src-shared/volume/kernel.ts': 'export const first = (values: Float32Array): number => values[0]!;\n',
  'src-shared/fine.ts': 'export const twice = (value: number): string => `${2 * value}`;\n',
  'src-shared/bang.ts': 'export const first = (values: Float32Array): number => values[0]!;\n',
  'src-shared/any.ts': 'export const blind = (value: any): string => String(value);\n',
  'src-shared/default.ts': 'export default 1;\n',
  'src-shared/barrel.ts': "export * from './fine.ts';\n",
  'src-shared/typeImport.ts': "import { Fine } from './types.ts';\nexport const fine: Fine = { a: 1 };\n",
  'src-shared/types.ts': 'export interface Fine {\n  readonly a: number;\n}\n',
  'src-shared/floating.ts':
    'const later = (): Promise<void> => Promise.resolve();\nexport const now = (): void => {\n  later();\n};\n',
  'src-shared/switch.ts': switchOver(''),
  'src-shared/long.ts': 'export const last = 1;\n'.padEnd(500, '\n'),
  'src-main/worker/reaches.ts': "import { fine } from '../backend/argv.ts';\nexport const wrong = fine;\n",
  'src-main/backend/argv.ts': 'export const fine = process.argv;\n',
  'src-main/cli/argv.ts': 'export const fine = process.argv;\n',
};

const objections = [
  ['src-shared/bang.ts', '@typescript-eslint/no-non-null-assertion'],
  ['src-shared/any.ts', '@typescript-eslint/no-explicit-any'],
  ['src-shared/default.ts', 'no-restricted-syntax'],
  ['src-shared/barrel.ts', 'no-restricted-syntax'],
  ['src-shared/typeImport.ts', '@typescript-eslint/consistent-type-imports'],
  ['src-shared/floating.ts', '@typescript-eslint/no-floating-promises'],
  ['src-shared/switch.ts', '@typescript-eslint/switch-exhaustiveness-check'],
  ['src-shared/long.ts', 'max-lines'],
  ['src-main/worker/reaches.ts', 'no-restricted-imports'],
  ['src-main/backend/argv.ts', 'no-restricted-properties'],
] as const;

describe('the house rules', () => {
  let folder: string;
  let rules: ReadonlyMap<string, readonly (string | null)[]>;

  beforeAll(() => {
    folder = makeTree(files);
    const tool = join(root, 'node_modules/eslint/bin/eslint.js');
    const args = ['--format', 'json', 'src-shared', 'src-main'];
    const { stdout } = spawnSync(process.execPath, [tool, ...args], { cwd: folder, encoding: 'utf8' });
    const results = JSON.parse(stdout) as readonly FileResult[];
    rules = new Map(
      results.map((file) => [relative(folder, file.filePath), file.messages.map((message) => message.ruleId)]),
    );
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(objections)('object to %s (%s)', (file, rule) => {
    expect(rules.get(file)).toContain(rule);
  });

  it.each(['src-shared/volume/kernel.ts', 'src-shared/fine.ts', 'src-main/cli/argv.ts'])('accept %s', (file) => {
    expect(rules.get(file)).toEqual([]);
  });
});
