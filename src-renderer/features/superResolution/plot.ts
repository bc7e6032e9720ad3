/** Where the marks of a paired plot stand: each scan as a line across the methods. */

export interface PairedCase {
  readonly name: string;
  /** One a method. */
  readonly values: readonly number[];
}

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

export interface PlacedCase {
  readonly name: string;
  readonly marks: readonly { readonly x: number; readonly y: number; readonly value: number }[];
}

export interface PairedPlot {
  readonly cases: readonly PlacedCase[];
  /** The least and the greatest value, and where they are. */
  readonly ends: readonly { readonly value: number; readonly y: number }[];
}

/** Columns of equal width; the values fill the height, equal ones lie in its middle. */
export function placeCases(cases: readonly PairedCase[], { width, height }: PlotSize): PairedPlot {
  const values = cases.flatMap((one) => one.values);
  if (values.length === 0) return { cases: [], ends: [] };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value: number): number => (high === low ? height / 2 : ((high - value) / (high - low)) * height);
  return {
    cases: cases.map((one) => ({
      name: one.name,
      marks: one.values.map((value, column) => ({
        x: ((column + 0.5) / one.values.length) * width,
        y: y(value),
        value,
      })),
    })),
    ends: (high === low ? [high] : [high, low]).map((value) => ({ value, y: y(value) })),
  };
}
