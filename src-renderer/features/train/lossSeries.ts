/** The losses of a run as columns, as a chart wants them; grows while the run goes on. */
import type { MetricSeries } from '#contract/commands.ts';
import type { MetricRow } from '#contract/jobs.ts';

export interface LossSeries {
  readonly iterations: number[];
  /** As long as `iterations`; null where a term was not measured. */
  readonly values: Record<string, (number | null)[]>;
}

/** Whether a term is a loss, and drawn unless it is put away; the others say how far a network has grown or is augmented. */
export function isLoss(name: string): boolean {
  return !/^(growth|augment)\./.test(name);
}

/** How a loss is drawn. */
export interface Term {
  readonly name: string;
  /** A CSS custom property: '--series-1'. */
  readonly color: string;
  readonly isDashed: boolean;
}

export function lossSeries({ iterations, values }: MetricSeries): LossSeries {
  return {
    iterations: [...iterations],
    values: Object.fromEntries(Object.entries(values).map(([name, column]) => [name, [...column]])),
  };
}

/**
 * Adds rows in place. Rows after an earlier iteration go: the run was resumed, or went back. A second row of the last
 * iteration adds to it.
 */
export function addRows(series: LossSeries, rows: readonly MetricRow[]): void {
  for (const { iteration, values } of rows) {
    while ((series.iterations.at(-1) ?? 0) > iteration) {
      series.iterations.pop();
      for (const column of Object.values(series.values)) column.pop();
    }
    for (const name of Object.keys(values))
      series.values[name] ??= new Array<number | null>(series.iterations.length).fill(null);
    if (series.iterations.at(-1) !== iteration) {
      series.iterations.push(iteration);
      for (const column of Object.values(series.values)) column.push(null);
    }
    for (const [name, value] of Object.entries(values)) series.values[name]?.splice(-1, 1, value);
  }
}
