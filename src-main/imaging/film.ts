/**
 * A walk as a film: a GIF whose frames show the three middle slices of a scan, in grey, and below them what has changed
 * since the start, red for brighter and blue for darker, with words burnt in. The palette is fixed, so that no colour is
 * guessed and the same frames give the same bytes.
 */
import { createRequire } from 'node:module';
import type * as Gifenc from 'gifenc';
import type { Volume } from '#shared/volume/volume.ts';
import { captionWidth, drawCaption, fitCaption, glyphHeight } from './contactSheetFont.ts';
import { renderPlanes } from './planes.ts';

export interface FilmFrame {
  /** In [-1, 1]. */
  readonly volume: Volume;
  /** Of the same voxels, less the start. */
  readonly difference: Float32Array;
  readonly caption: string;
}

export interface FilmOptions {
  /** Burnt into every frame, below. */
  readonly note: string;
  /** Difference shown in full red or blue. */
  readonly mostDifference: number;
}

/** A CommonJS module without names that an import would find. */
const { GIFEncoder } = createRequire(import.meta.url)('gifenc') as typeof Gifenc;

const greys = 160;
const hues = 95; // an odd number: the one in the middle is no difference
const frameMs = 120;
/** At either end, before the film turns back. */
const restMs = 700;
const planePixels = 160; // of the longest axis
const gap = 2;
const margin = 6;
const zoom = 2; // of the words
const pageGrey = 16;
const wordGrey = greys - 1;

const grey = (index: number): readonly [number, number, number] => {
  const level = Math.round((index * 255) / (greys - 1));
  return [level, level, level];
};
/** Blue by way of black to red. */
const hue = (index: number): readonly [number, number, number] => {
  const signed = (2 * index) / (hues - 1) - 1; // -1 … 1
  const level = Math.round(255 * Math.abs(signed));
  const other = Math.round(level / 3);
  return signed < 0 ? [other, other, level] : [level, other, other];
};
const palette = [
  ...Array.from({ length: greys }, (_, index) => grey(index)),
  ...Array.from({ length: hues }, (_, index) => hue(index)),
];

interface Page {
  readonly width: number;
  readonly height: number;
  readonly index: Uint8Array;
}

/** Bytes of a GIF that goes there and back for ever. Throws RangeError for no frames. */
export function encodeFilm(frames: readonly FilmFrame[], options: FilmOptions): Uint8Array {
  const pages = frames.map((frame) => drawPage(frame, options));
  const film = GIFEncoder();
  const back = pages.slice(1, -1).toReversed();
  [...pages, ...back].forEach(({ width, height, index }, at) => {
    const isEnd = at === 0 || at === pages.length - 1;
    film.writeFrame(index, width, height, { delay: isEnd ? restMs : frameMs, ...(at === 0 ? { palette, repeat: 0 } : {}) }); // prettier-ignore
  });
  if (pages.length === 0) throw new RangeError('A film needs one frame or more.');
  film.finish();
  return film.bytes();
}

function drawPage({ volume, difference, caption }: FilmFrame, { note, mostDifference }: FilmOptions): Page {
  const [a, b, c] = volume.affine;
  const extents = volume.size.map((count, axis) => count * Math.hypot(a[axis] ?? 0, b[axis] ?? 0, c[axis] ?? 0));
  const pixelMm = Math.max(...extents) / planePixels;
  const most = mostDifference > 0 ? mostDifference : 1;
  const rows = [
    { planes: renderPlanes({ volume, low: -1, high: 1 }, pixelMm), colour: toGrey },
    { planes: renderPlanes({ volume: { ...volume, data: difference }, low: -most, high: most }, pixelMm), colour: toHue }, // prettier-ignore
  ];
  const wordHeight = glyphHeight * zoom + 2 * margin;
  const pictures = rows.flatMap((row) => row.planes);
  const rowWidth = pictures.reduce((sum, picture) => sum + picture.width, 0) / rows.length + 2 * gap;
  const rowHeight = Math.max(...pictures.map((picture) => picture.height));
  const width = Math.max(rowWidth, captionWidth(note, zoom)) + 2 * margin;
  const height = 2 * wordHeight + 2 * rowHeight + gap;
  const index = new Uint8Array(width * height).fill(pageGrey);
  const write = (text: string, top: number): void => {
    drawCaption(fitCaption(text, width - 2 * margin, zoom), zoom, (x, y) => {
      index[(top + y) * width + margin + x] = wordGrey;
    });
  };
  write(caption, margin);
  rows.forEach((row, at) => {
    let left = margin;
    for (const picture of row.planes) {
      const top = wordHeight + at * (rowHeight + gap) + Math.floor((rowHeight - picture.height) / 2);
      for (let y = 0; y < picture.height; y++)
        for (let x = 0; x < picture.width; x++)
          index[(top + y) * width + left + x] = row.colour(picture.data[y * picture.width + x] ?? 0);
      left += picture.width + gap;
    }
  });
  write(note, height - wordHeight + margin);
  return { width, height, index };
}

/** From 0 … 255 to the palette. */
const toGrey = (level: number): number => Math.round((level * (greys - 1)) / 255);
const toHue = (level: number): number => greys + Math.round((level * (hues - 1)) / 255);
