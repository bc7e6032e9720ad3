/** Round numbers along an axis. */

/** Three to six round numbers that cover a range. */
export function ticks(low: number, high: number): readonly number[] {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step);
  const count = Math.max(1, Math.floor(high / step) - first + 1);
  return Array.from({ length: Math.min(count, 7) }, (_, index) => (first + index) * step);
}

/** Short, as an axis has it. */
export function formatTick(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(0);
  return String(Number(value.toPrecision(4)));
}
