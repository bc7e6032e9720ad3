/** Where the window was and where it may be: its place is kept in a file and held to the displays that are there. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeJson } from './wholeFile.ts';

/** In device-independent pixels, of the whole desktop. */
const rectangle = z.strictObject({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() });
export type Rectangle = z.infer<typeof rectangle>;

/** `bounds`: those it has, or returns to, when it is not maximised. */
const windowPlace = z.strictObject({ bounds: rectangle, isMaximized: z.boolean() });
export type WindowPlace = z.infer<typeof windowPlace>;

export const smallest = { width: 960, height: 620 };
const usual = { width: 1440, height: 900 };
/** So much of the top edge must be on a display for the user to take hold of the window and pull it back. */
const grip = { width: 120, height: 32 };

/** What was kept; null when there is nothing, or nothing that can be read: then the window opens where it usually does. */
export function readPlace(path: string): WindowPlace | null {
  try {
    return windowPlace.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

export function keepPlace(path: string, place: WindowPlace): void {
  writeJson(path, place);
}

/**
 * The place to open at. `workAreas`: of the displays that are there, the first of them the main one. A window whose top
 * edge is on none of them comes to the middle of the main one; no window is larger than its display.
 */
export function placeOn(kept: WindowPlace | null, workAreas: readonly [Rectangle, ...Rectangle[]]): WindowPlace {
  const isMaximized = kept?.isMaximized ?? false;
  const home = kept === null ? undefined : workAreas.find((area) => holdsGrip(area, kept.bounds));
  if (kept === null || home === undefined) {
    const [main] = workAreas;
    const size = fit(kept?.bounds ?? usual, main);
    const x = main.x + Math.round((main.width - size.width) / 2);
    const y = main.y + Math.round((main.height - size.height) / 2);
    return { bounds: { x, y, ...size }, isMaximized };
  }
  return { bounds: { x: kept.bounds.x, y: kept.bounds.y, ...fit(kept.bounds, home) }, isMaximized };
}

function fit(size: Pick<Rectangle, 'width' | 'height'>, area: Rectangle): Pick<Rectangle, 'width' | 'height'> {
  return {
    width: Math.min(Math.max(size.width, smallest.width), area.width),
    height: Math.min(Math.max(size.height, smallest.height), area.height),
  };
}

function holdsGrip(area: Rectangle, { x, y, width }: Rectangle): boolean {
  const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return across >= grip.width && y >= area.y && y + grip.height <= area.y + area.height;
}
