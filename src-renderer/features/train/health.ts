/** How a run fares, from what was told of it and what was measured: a line for each measure, and its curves. */
import { isHealthMetric, type HealthNotice, type HealthState } from '#contract/health.ts';
import type { LossSeries } from './lossSeries.ts';

export const shownMeasures = ['diversity', 'gap', 'gradients', 'checkerboard'] as const;
export type ShownMeasure = (typeof shownMeasures)[number];

export interface MeasureLine {
  readonly measure: ShownMeasure;
  readonly state: HealthState;
  /** The newest figure; null: not measured. Of gradients there is one for each network: not given. */
  readonly value: number | null;
  /** What was told last; null: nothing yet. */
  readonly text: string | null;
}

export function measureLines(notices: readonly HealthNotice[], series: LossSeries | null): readonly MeasureLine[] {
  return shownMeasures.map((measure) => {
    const last = notices.findLast((notice) => notice.measure === measure);
    const value = series?.values[`health.${measure}`]?.findLast((figure) => figure !== null) ?? null;
    return { measure, state: last?.state ?? 'waiting', value, text: last?.text ?? null };
  });
}

/** The iterations at which anything of a run's health was measured, and what; for a chart. */
export function healthSeries({ iterations, values }: LossSeries): LossSeries {
  const columns = Object.entries(values).filter(([name]) => isHealthMetric(name));
  const kept = iterations.flatMap((_, index) => (columns.some(([, column]) => column[index] !== null) ? [index] : []));
  const pick = <T>(column: readonly T[]): T[] => kept.map((index) => column[index] as T);
  return {
    iterations: pick(iterations),
    values: Object.fromEntries(columns.map(([name, column]) => [name, pick(column)])),
  };
}
