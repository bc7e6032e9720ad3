/** Boxes that cover a grid, and the voxels around them that their results depend on. Axes are x, y, z. */
import type { Vector3 } from '#shared/volume/affine.ts';

export interface Tile {
  readonly first: Vector3;
  readonly size: Vector3;
}

/** An axis of `length` voxels from `first` on, in as many parts of nearly equal length as are needed for `most` voxels each. */
function splitAxis(first: number, length: number, most: number): { first: number; length: number }[] {
  const parts = Math.ceil(length / most);
  return Array.from({ length: parts }, (_, part) => {
    const begin = Math.round((part * length) / parts);
    return { first: first + begin, length: Math.round(((part + 1) * length) / parts) - begin };
  });
}

/** Tiles of at most `most` voxels a side that cover `box` once. */
export function tilesOf({ first, size }: Tile, most: number): Tile[] {
  const [xs, ys, zs] = ([0, 1, 2] as const).map((axis) => splitAxis(first[axis], size[axis], most)) as [
    ReturnType<typeof splitAxis>,
    ReturnType<typeof splitAxis>,
    ReturnType<typeof splitAxis>,
  ];
  return zs.flatMap((z) =>
    ys.flatMap((y) =>
      xs.map((x): Tile => ({ first: [x.first, y.first, z.first], size: [x.length, y.length, z.length] })),
    ),
  );
}

/** The tile with `reach` voxels more on every side, as far as `bounds` goes. */
export function growTile({ first, size }: Tile, reach: number, bounds: Tile): Tile {
  const begin = first.map((at, axis) => Math.max(bounds.first[axis] ?? 0, at - reach)) as [number, number, number];
  const length = begin.map((at, axis) => {
    const end = (bounds.first[axis] ?? 0) + (bounds.size[axis] ?? 0);
    return Math.min(end, (first[axis] ?? 0) + (size[axis] ?? 0) + reach) - at;
  }) as [number, number, number];
  return { first: begin, size: length };
}

export const voxelsOf = ([x, y, z]: Vector3): number => x * y * z;
