/** Numbers that a file writes out in ASCII, a few at a time. */
import { BadScan } from './badScan.ts';
import type { ByteSource } from './byteSource.ts';
import type { Encoding } from './datatype.ts';

const pieceBytes = 1 << 16;
/** No number is written with more characters. */
const longestNumber = 400;

/** A function that fills its target with the next numbers, scaled; it returns how many there were. Throws BadScan. */
export function createNumberReader(
  source: ByteSource,
  { slope, intercept }: Encoding,
): (target: Float32Array) => Promise<number> {
  const piece = new Uint8Array(pieceBytes);
  let words: string[] = [];
  let at = 0;
  let rest = '';
  let isAtEnd = false;

  const more = async (): Promise<void> => {
    const found = await source.read(piece);
    isAtEnd = found < pieceBytes;
    const text = rest + Buffer.from(piece.buffer, 0, found).toString('latin1');
    words = text.split(/[\s,]+/);
    // The last word may go on in the next piece.
    rest = isAtEnd ? '' : (words.pop() ?? '');
    if (rest.length > longestNumber) throw notNumbers(rest);
    words = words.filter((word) => word !== '');
    at = 0;
  };

  return async (target) => {
    let done = 0;
    while (done < target.length) {
      const word = words[at];
      if (word === undefined) {
        if (isAtEnd) break;
        await more();
        continue;
      }
      const value = Number(word);
      if (Number.isNaN(value) && word.toLowerCase() !== 'nan') throw notNumbers(word);
      target[done++] = value * slope + intercept;
      at++;
    }
    return done;
  };
}

function notNumbers(word: string): BadScan {
  return new BadScan(
    'damaged',
    `Among the numbers of the file is "${word.slice(0, 20)}": the file is damaged. Copy it again from its source.`,
  );
}
