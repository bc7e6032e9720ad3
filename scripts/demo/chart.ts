/** A small line chart as inline SVG: every value pale, a running mean on top. Colours come from the page. */
import { formatTick, ticks } from '#shared/report/axis.ts';
import { escapeHtml } from '#shared/report/html.ts';

const width = 320;
const height = 170;
const left = 42;
const right = 8;
const top = 8;
const bottom = 22;
const mostPoints = 300;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Means of equal stretches of a series, so that a long training stays a small picture. */
function thin(points: readonly Point[]): readonly Point[] {
  const stretch = Math.ceil(points.length / mostPoints);
  if (stretch <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / stretch) }, (_, index) => {
    const part = points.slice(index * stretch, (index + 1) * stretch);
    const sum = part.reduce((total, point) => ({ x: total.x + point.x, y: total.y + point.y }), { x: 0, y: 0 });
    return { x: sum.x / part.length, y: sum.y / part.length };
  });
}

/** Mean over a window of about a fifteenth of the series to each side; shorter at the ends. */
function smooth(points: readonly Point[]): readonly Point[] {
  const reach = Math.max(1, Math.round(points.length / 30));
  return points.map((point, index) => {
    const near = points.slice(Math.max(0, index - reach), index + reach + 1);
    return { x: point.x, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });
}

/** The range most of the values lie in: single outliers must not flatten the rest. */
function robustRange(values: readonly number[]): readonly [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.02), at(0.98)];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
}

/** One quantity over iterations. Values that are missing or not finite are left out. Returns a `figure`. */
export function lineChart(title: string, iterations: readonly number[], values: readonly (number | null)[]): string {
  const points = thin(
    iterations.flatMap((x, index) => {
      const y = values[index];
      return typeof y === 'number' && Number.isFinite(y) ? [{ x, y }] : [];
    }),
  );
  const caption = `<figcaption>${escapeHtml(title)}</figcaption>`;
  if (points.length < 2) return `<figure class="chart">${caption}<p class="soft">Too few values.</p></figure>`;

  const [low, high] = robustRange(points.map((point) => point.y));
  const [firstX, lastX] = [points[0]?.x ?? 0, points.at(-1)?.x ?? 1];
  const toX = (x: number): number => left + ((x - firstX) / (lastX - firstX || 1)) * (width - left - right);
  const toY = (y: number): number =>
    top + ((high - Math.min(high, Math.max(low, y))) / (high - low)) * (height - top - bottom);
  const path = (line: readonly Point[]): string =>
    line.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`).join('');

  const rows = ticks(low, high).map((value) => {
    const y = toY(value).toFixed(1);
    return `<line class="grid" x1="${String(left)}" x2="${String(width - right)}" y1="${y}" y2="${y}"/><text x="${String(left - 5)}" y="${y}" dy="3.5" text-anchor="end">${formatTick(value)}</text>`;
  });
  const columns = [firstX, lastX].map((value, index) => {
    const anchor = index === 0 ? 'start' : 'end';
    return `<text x="${toX(value).toFixed(1)}" y="${String(height - 6)}" text-anchor="${anchor}">${index === 0 ? 'iteration ' : ''}${String(Math.round(value))}</text>`;
  });
  const name = escapeHtml(`${title}, iterations ${String(Math.round(firstX))} to ${String(Math.round(lastX))}`);
  return `<figure class="chart">${caption}<svg viewBox="0 0 ${String(width)} ${String(height)}" role="img" aria-label="${name}">${rows.join('')}${columns.join('')}<path class="raw" d="${path(points)}"/><path class="smooth" d="${path(smooth(points))}"/></svg></figure>`;
}
