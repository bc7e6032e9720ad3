/** Captions of contact sheets: a 5 × 7 raster alphabet, so that a PNG needs no font from the system. */

const glyphWidth = 5;
export const glyphHeight = 7;
const advance = glyphWidth + 1;

/** Seven rows a glyph, five bits a row (the highest bit is the leftmost pixel), each row one base-32 digit. */
const glyphs: Readonly<Record<string, string>> = {
  ' ': '0000000',
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vggtggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hha4444',
  Z: 'v1248gv',
  '0': 'ehjlphe',
  '1': '4c4444e',
  '2': 'eh1248v',
  '3': 'v2421he',
  '4': '26aiv22',
  '5': 'vgu11he',
  '6': '68guhhe',
  '7': 'v124888',
  '8': 'ehhehhe',
  '9': 'ehhf12c',
  '-': '000v000',
  _: '000000v',
  '.': '00000cc',
  ',': '0000c48',
  ':': '0cc0cc0',
  '/': '01248g0',
  '+': '044v440',
  '=': '00v0v00',
  '%': 'op248j3',
  '(': '2488842',
  ')': '8422248',
  '#': 'aavavaa',
};

/** Width in pixels of a caption drawn with pixels of side `zoom`. */
export function captionWidth(text: string, zoom: number): number {
  return text.length * advance * zoom;
}

/** The longest beginning of a caption that fits into `width` pixels. */
export function fitCaption(text: string, width: number, zoom: number): string {
  return text.slice(0, Math.max(0, Math.floor(width / (advance * zoom))));
}

/** Calls `paint(x, y)` for every lit pixel, from the caption's top left corner. Letters are capitals; unknown signs are a dash. */
export function drawCaption(text: string, zoom: number, paint: (x: number, y: number) => void): void {
  Array.from(text.toUpperCase()).forEach((sign, position) => {
    const rows = glyphs[sign] ?? glyphs['-'] ?? '';
    for (let row = 0; row < glyphHeight; row++) {
      const bits = Number.parseInt(rows.charAt(row), 32);
      for (let column = 0; column < glyphWidth; column++) {
        if ((bits & (1 << (glyphWidth - 1 - column))) === 0) continue;
        for (let dy = 0; dy < zoom; dy++) {
          for (let dx = 0; dx < zoom; dx++) paint((position * advance + column) * zoom + dx, row * zoom + dy);
        }
      }
    }
  });
}
