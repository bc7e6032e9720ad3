/** What the form of a super-resolution holds, as typed, and what it asks for. */
import type { CommandInput } from '#contract/commands.ts';

/** A file or folder that was chosen, and what it is called. */
export interface ChosenScan {
  readonly path: string;
  readonly name: string;
}

export interface Setup {
  readonly checkpoint: string | null;
  readonly scans: readonly ChosenScan[];
  readonly uncertainty: boolean;
  readonly backProjection: string;
  /** '': by memory. */
  readonly tile: string;
  /** null: inside the project. */
  readonly out: string | null;
}

const mostSteps = 50;
const tileLimits = [8, 1024] as const;
const wholeOf = (text: string): number => (/^\s*\d+\s*$/.test(text) ? Number(text) : NaN);

export const isBackProjectionGood = ({ backProjection }: Setup): boolean => wholeOf(backProjection) <= mostSteps;
export function isTileGood({ tile }: Setup): boolean {
  const side = wholeOf(tile);
  return tile.trim() === '' || (side >= tileLimits[0] && side <= tileLimits[1]);
}

/** `scans` and those of `added` that are not among them. */
export function withScans(scans: readonly ChosenScan[], added: readonly ChosenScan[]): readonly ChosenScan[] {
  const known = new Map([...scans, ...added].toReversed().map((scan) => [scan.path, scan]));
  return [...known.values()].toReversed();
}

/** Null while something is missing or wrong. */
export function superResolveInput(project: string, setup: Setup): CommandInput<'scan.superResolve'> | null {
  const { checkpoint, scans, uncertainty, backProjection, tile, out } = setup;
  if (checkpoint === null || scans.length === 0 || !isBackProjectionGood(setup) || !isTileGood(setup)) return null;
  return {
    project,
    checkpoint,
    files: scans.map(({ path }) => path),
    out,
    factor: null,
    tile: tile.trim() === '' ? null : wholeOf(tile),
    uncertainty,
    backProjection: wholeOf(backProjection),
  };
}
