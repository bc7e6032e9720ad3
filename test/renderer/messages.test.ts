/** Words: every key that a source names is there, and every message can be compiled (a stray brace or bar cannot). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { i18n, messages } from '../../src-renderer/i18n.ts';

interface Table {
  readonly [key: string]: string | Table;
}

const flatten = (table: Table, before = ''): [string, string][] =>
  Object.entries(table).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[`${before}${key}`, value]] : flatten(value, `${before}${key}.`),
  );

const english = new Map(flatten(messages.en));
const folder = join(import.meta.dirname, '../../src-renderer');
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(vue|ts)$/.test(path));

describe('the English messages', () => {
  test('compile', () => {
    for (const [key, text] of english) {
      expect(() => i18n.global.t(key), key).not.toThrow();
      expect(text.match(/\{\w+\}/g)?.length ?? 0, `${key}: every brace names a value`).toBe(text.split('{').length - 1);
    }
  });

  test.each(sources)('have every key that %s names', (path) => {
    const named = [...readFileSync(join(folder, path), 'utf8').matchAll(/\bt\(\s*'([a-zA-Z][\w.-]*)'/g)];
    for (const [, key] of named) expect(english.has(key ?? ''), key).toBe(true);
  });
});
