/** Figures with their goals, a line each. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: { readonly kind: 'below' | 'atLeast'; readonly value: number };
  /** Further figures that explain it. */
  readonly note?: string;
}

export const isMet = ({ value, goal }: Figure): boolean =>
  goal.kind === 'below' ? value < goal.value : value >= goal.value;

const shown = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : String(+value.toPrecision(3)));

/** Name, value, goal and verdict in columns; the note last. */
export function lineOf(figure: Figure): string {
  const { name, value, unit, goal, note } = figure;
  const wanted = `${goal.kind === 'below' ? '<' : '>='} ${String(goal.value)} ${unit}`;
  const columns = [
    name.padEnd(62),
    `${shown(value)} ${unit}`.padEnd(16),
    wanted.padEnd(16),
    isMet(figure) ? 'met' : 'NOT MET',
  ];
  return note === undefined ? columns.join('') : `${columns.join('').padEnd(104)}${note}`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

/** The slope of the least-squares line through values at 0, `step`, 2 `step` … */
export function slopeOf(values: readonly number[], step: number): number {
  const centre = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const across = values.reduce((sum, value, index) => sum + (index - centre) * (value - mean), 0);
  const along = values.reduce((sum, _, index) => sum + (index - centre) ** 2, 0);
  return across / (along * step);
}
