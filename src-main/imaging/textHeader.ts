/** What the two formats whose headers are text have in common: fields, numbers, and the file that holds the voxels. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { BadScan } from './badScan.ts';

/** Headers are short; what is read of a file in search of one. */
export const mostHeaderBytes = 1 << 16;

/** The error of a field that cannot be. `remedy` follows as a sentence. */
export function badField(name: string, value: string, code: 'bad-dimensions' | 'damaged' = 'damaged'): BadScan {
  const shown = value.length > 60 ? `${value.slice(0, 60)} …` : value;
  return new BadScan(
    code,
    `The header's field "${name}" is "${shown}", which cannot be: the file is damaged or was written wrongly. Export it again.`,
  );
}

/** Numbers parted by blanks, commas or brackets; `count` of them where given. Throws BadScan. */
export function numbersOf(name: string, value: string, count?: number): number[] {
  const numbers = value.split(/[\s,()]+/).filter((word) => word !== '').map(Number); // prettier-ignore
  if (numbers.some((number) => !Number.isFinite(number)) || (count !== undefined && numbers.length !== count))
    throw badField(name, value);
  return numbers;
}

/**
 * The file that a header names for its voxels: in the same folder or below it, so that a header cannot make us read just
 * any file. Throws BadScan.
 */
export function dataFileOf(headerPath: string, name: string): string {
  const parts = name.split(/[\\/]/);
  if (isAbsolute(name) || /^[a-z]:/i.test(name) || parts.includes('..')) {
    throw new BadScan(
      'missing-pair',
      'The header names a file in another folder for its voxels. Put both into one folder and name the file alone in the header.',
    );
  }
  const path = join(dirname(headerPath), ...parts);
  if (existsSync(path)) return path;
  throw new BadScan(
    'missing-pair',
    'The file that the header names for its voxels is not beside it. Put both into one folder, under the names they had.',
  );
}

/** The errors of layouts that are not read. */
export function severalFiles(): BadScan {
  return new BadScan(
    'unsupported-format',
    'The voxels lie in one file a slice, which is not read. Save the scan as one file.',
  );
}
