import { describe, expect, it } from 'vitest';
import { formatFactor, parseFactor } from '#shared/volume/factor.ts';

describe('a factor', () => {
  it.each([
    ['2', [2, 2, 2]],
    [4, [4, 4, 4]],
    ['1x1x2', [1, 1, 2]],
    ['1×1×4', [1, 1, 4]],
    [' 2X1x1 ', [2, 1, 1]],
  ])('is read from %s', (text, factor) => {
    expect(parseFactor(text)).toEqual(factor);
  });

  it('is written as it is read', () => {
    for (const text of ['2', '4', '1x1x2', '1x1x4', '2x2x1']) expect(formatFactor(parseFactor(text))).toBe(text);
  });

  it.each(['', '1', '1x1x1', '0', '-2', '1.5', '2x2', '1x2x3x4', '1x1x9', 'two', '1e1', '1x1x'])(
    'is not: %s',
    (text) => {
      expect(() => parseFactor(text)).toThrow(/is no factor/);
    },
  );
});
