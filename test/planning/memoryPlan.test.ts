/** What is measured and what is chosen, on machines whose peaks follow a known line. */
import { describe, expect, test } from 'vitest';
import type { DryRun, PlanChoice } from '#contract/plan.ts';
import { limitOf, nextStep, type AskedRun, type PlanTask } from '#shared/planning/memoryPlan.ts';

const gib = 2 ** 30;
const weightBytes = 0.25 * gib;

interface Machine {
  /** Peak in GiB of what does not grow with the scans, and of each scan at 64³; less of the latter where it is computed again. */
  readonly base: number;
  readonly scan: number;
  readonly recomputed?: number;
  /** GiB: a dry run beyond it fails. */
  readonly memory: number;
}

const cube = (side: number): number => (side / 64) ** 3;

function peakOf({ base, scan, recomputed = scan }: Machine, { side, batch, recompute }: AskedRun): number {
  return (base + batch * cube(side) * (recompute ? recomputed : scan)) * gib;
}

/** All dry runs that the plan asks for, and what it comes to. */
function plan(machine: Machine, changes: Partial<PlanTask> = {}): { runs: readonly string[]; choice: PlanChoice } {
  const freeBytes = machine.memory * gib;
  const task: PlanTask = { batch: 4, sides: [64, 32, 16], canSplit: true, canRecompute: true, freeBytes, ...changes };
  const runs: DryRun[] = [];
  for (;;) {
    const step = nextStep(task, runs);
    const names = runs.map(
      ({ side, batch, recompute }) => `${String(side)}³ ${String(batch)}${recompute ? ' again' : ''}`,
    );
    if (step.kind === 'chosen') return { runs: names, choice: step.choice };
    expect(names.length).toBeLessThan(12);
    const peakBytes = peakOf(machine, step.run);
    const found = peakBytes > freeBytes ? null : { peakBytes, weightBytes, seconds: 1, deviation: 0.1 };
    runs.push({ ...step.run, found });
  }
}

const fits = (atOnce: number, pieces: number, recompute: boolean, peak: number) => ({
  kind: 'fits', side: 64, batch: 4, atOnce, pieces, recompute, peakBytes: expect.closeTo(peak * gib, -3) as number,
}); // prettier-ignore

describe('with a limit of 8.5 of 10 GiB', () => {
  test.each([
    ['all at once, measured twice', { base: 1, scan: 1 }, {}, fits(4, 1, false, 5), ['64³ 1', '64³ 2']],
    ['just so', { base: 0.5, scan: 2 }, {}, fits(4, 1, false, 8.5), ['64³ 1', '64³ 2']],
    ['recomputation before pieces', { base: 1, scan: 2, recomputed: 1 }, {}, fits(4, 1, true, 5), ['64³ 1', '64³ 2', '64³ 1 again', '64³ 2 again']],
    ['pieces of what fits at once, equally large', { base: 1, scan: 3, recomputed: 2.5 }, {}, fits(2, 2, true, 6.25), ['64³ 1', '64³ 2', '64³ 1 again', '64³ 2 again']],
    ['one scan at a time', { base: 1, scan: 8, recomputed: 6 }, {}, fits(1, 4, true, 7.25), ['64³ 1', '64³ 1 again', '64³ 2 again']],
    ['pieces alone, of a model that cannot recompute', { base: 1, scan: 3 }, { canRecompute: false }, fits(2, 2, false, 7.25), ['64³ 1', '64³ 2']],
    ['the sum of the gradients takes its place, too', { base: 1, scan: 3.7 }, { canRecompute: false }, fits(1, 4, false, 4.95), ['64³ 1', '64³ 2']],
    ['two scans ran out of memory', { base: 1, scan: 5, recomputed: 4.9 }, {}, fits(1, 4, true, 6.15), ['64³ 1', '64³ 2', '64³ 1 again', '64³ 2 again']],
  ] as const)('%s', (_, machine, changes, choice, runs) => {
    expect(plan({ ...machine, memory: 10 }, changes)).toEqual({ choice, runs });
  }); // prettier-ignore

  test('a batch of one is measured once, and nothing is split', () => {
    expect(plan({ base: 1, scan: 4, memory: 10 }, { batch: 1 })).toEqual({
      runs: ['64³ 1'],
      choice: { kind: 'fits', side: 64, batch: 1, atOnce: 1, pieces: 1, recompute: false, peakBytes: 5 * gib },
    });
  });
});

describe('too large', () => {
  const missing = (missingGib: number, isEstimated: boolean, fitting: object | null) => ({
    kind: 'too-large', missingBytes: expect.closeTo(missingGib * gib, -3) as number, isEstimated, fitting,
  }); // prettier-ignore
  const smaller = (changes: object) => expect.objectContaining({ side: 32, batch: 4, recompute: true, ...changes }) as object; // prettier-ignore

  test('what was measured and does not fit: it says by how much, and which smaller scans would fit', () => {
    const { choice, runs } = plan({ base: 1, scan: 9, recomputed: 8.4, memory: 10 });
    expect(runs).toEqual(['64³ 1', '64³ 1 again', '32³ 1 again', '32³ 2 again']);
    expect(choice).toEqual(missing(0.9, false, smaller({ atOnce: 4, pieces: 1 })));
  });

  test('what ran out of memory is foretold from smaller scans: base and eight times the scan', () => {
    const { choice } = plan({ base: 1, scan: 40, recomputed: 20, memory: 10 });
    expect(choice).toEqual(missing(1 + 20 - 8.5, true, smaller({ atOnce: 2, pieces: 2 })));
  });

  test('smaller scans that do not fit are passed over for smaller ones still', () => {
    const { choice, runs } = plan({ base: 1, scan: 200, recomputed: 160, memory: 10 });
    expect(runs).toEqual(['64³ 1', '64³ 1 again', '32³ 1 again', '16³ 1 again', '16³ 2 again']);
    expect(choice).toEqual(missing(1 + 160 - 8.5, true, smaller({ side: 16, atOnce: 2, pieces: 2 })));
  });

  test('where nothing fits, it says so: at least the rest of the memory is missing', () => {
    expect(plan({ base: 50, scan: 1, memory: 10 }).choice).toEqual(missing(1.5, true, null));
  });

  test('a model whose batch cannot be split is offered a smaller one, which changes the training', () => {
    const alone = { canSplit: false, canRecompute: false, sides: [64] } as const;
    const fitting = { side: 64, batch: 2, atOnce: 2, pieces: 1, recompute: false, peakBytes: 7 * gib };
    expect(plan({ base: 1, scan: 3, memory: 10 }, alone).choice).toEqual(missing(1 + 12 - 8.5, false, fitting));
    expect(plan({ base: 1, scan: 7, memory: 10 }, alone).choice).toEqual(missing(1.5, true, { ...fitting, batch: 1, atOnce: 1, peakBytes: 8 * gib })); // prettier-ignore
    expect(plan({ base: 9, scan: 0.5, memory: 10 }, alone).choice).toEqual(missing(1, false, null));
  });
});

test('a second scan that took less than the first is noise: any batch fits, at the peak of the first', () => {
  const run = (batch: number, peakBytes: number): DryRun => ({
    side: 16, batch, recompute: false, found: { peakBytes, weightBytes, seconds: 1, deviation: 0.1 },
  }); // prettier-ignore
  const task: PlanTask = { batch: 16, sides: [16], canSplit: true, canRecompute: true, freeBytes: 10 * gib };
  expect(nextStep(task, [run(1, 2 * gib), run(2, 1.9 * gib)])).toEqual({
    kind: 'chosen',
    choice: { kind: 'fits', side: 16, batch: 16, atOnce: 16, pieces: 1, recompute: false, peakBytes: 2 * gib },
  });
});

test('pieces are as even as they can be, and never more than the limit allows', () => {
  for (let batch = 1; batch <= 16; batch++) {
    const { choice } = plan({ base: 1, scan: 2, memory: 10 }, { batch, canRecompute: false });
    if (choice.kind !== 'fits') throw new Error('It fits.');
    expect(choice.atOnce * choice.pieces).toBeGreaterThanOrEqual(batch);
    expect(choice.atOnce * (choice.pieces - 1)).toBeLessThan(batch);
    expect(choice.peakBytes).toBeLessThanOrEqual(limitOf({ freeBytes: 10 * gib }));
  }
});
