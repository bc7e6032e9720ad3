import { describe, expect, it } from 'vitest';
import { grownAfter, isNewPhase, phaseLength, stageAt } from '#models/training/growth.ts';

const growth = { firstSide: 4, lastSide: 16, phase: 10 };

describe('progressive growing', () => {
  it.each([
    [0, 4, 1],
    [10, 4, 1],
    [11, 8, 0.1],
    [19, 8, 0.9],
    [20, 8, 1],
    [30, 8, 1],
    [35, 16, 0.5],
    [40, 16, 1],
    [1_000_000, 16, 1],
  ])('after %i scans the side is %i, its weight %f', (seen, side, fade) => {
    expect(stageAt(growth, seen)).toEqual({ side, fade });
  });

  it('a phase begins where a resolution begins or ends to fade in', () => {
    const starts = Array.from({ length: 100 }, (_, seen) => seen).filter((seen) =>
      isNewPhase(stageAt(growth, seen), stageAt(growth, seen + 1)),
    );
    expect(starts).toEqual([10, 19, 30, 39]);
    expect(grownAfter(growth)).toBe(40);
  });

  it('a phase is longer with more scans, between what is worthwhile and what can be waited for', () => {
    const length = (scans: number): number => phaseLength({ schedule: 'quick', kimg: 0 }, scans);
    expect([length(20), length(150), length(5000)]).toEqual([20_000, 30_000, 60_000]);
    expect(phaseLength({ schedule: 'paper', kimg: 0 }, 20)).toBe(1_000_000);
    expect(phaseLength({ schedule: 'paper', kimg: 0.5 }, 20)).toBe(500);
  });
});
