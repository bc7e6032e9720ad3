/** What plots as inline SVG are made of: a frame with room for its axes, scales, grid lines, the picture around it all. */
import { formatTick, ticks } from './axis.ts';
import { escapeHtml } from './html.ts';

export interface Plot {
  readonly title: string;
  /** One `<svg>` element; its classes take their colours from the page. */
  readonly svg: string;
}

/** Sizes in the units of the picture; the margins hold the axes. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const usual: Frame = { width: 320, height: 210, left: 46, right: 10, top: 10, bottom: 38 };

export interface Scale {
  readonly low: number;
  readonly high: number;
}

/** The range of some values with room around it; of equal values, some room all the same. */
export function rangeOf(values: readonly number[]): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return { low: low - room, high: high + room };
}

export const toY = ({ top, height, bottom }: Frame, { low, high }: Scale, value: number): number =>
  top + ((high - value) / (high - low)) * (height - top - bottom);
export const toX = ({ left, width, right }: Frame, { low, high }: Scale, value: number): number =>
  left + ((value - low) / (high - low)) * (width - left - right);
export const round = (value: number): string => value.toFixed(1);

/** Lines across at round values, named at the left. */
export function gridRows(frame: Frame, scale: Scale, values = ticks(scale.low, scale.high)): string {
  return values
    .map((value) => {
      const y = round(toY(frame, scale, value));
      return `<line class="grid" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${y}" y2="${y}"/><text x="${frame.left - 5}" y="${y}" dy="3.5" text-anchor="end">${formatTick(value)}</text>`;
    })
    .join('');
}

/** Lines upright at round values, named at the bottom. */
export function gridColumns(frame: Frame, scale: Scale, values = ticks(scale.low, scale.high)): string {
  const bottom = frame.height - frame.bottom;
  return values
    .map((value) => {
      const x = round(toX(frame, scale, value));
      return `<line class="grid" x1="${x}" x2="${x}" y1="${frame.top}" y2="${bottom}"/><text x="${x}" y="${bottom + 15}" text-anchor="middle">${formatTick(value)}</text>`;
    })
    .join('');
}

/** The words at the two axes. */
export function axisTitles({ width, height, left, right, top, bottom }: Frame, across: string, up: string): string {
  const middle = round((top + height - bottom) / 2);
  return `<text class="label" x="${round((left + width - right) / 2)}" y="${height - 4}" text-anchor="middle">${escapeHtml(across)}</text><text class="label" transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle">${escapeHtml(up)}</text>`;
}

/** `title` and `description` are what a screen reader says. */
export function svgPlot({
  title,
  description,
  frame,
  content,
}: {
  readonly title: string;
  readonly description: string;
  readonly frame: Frame;
  readonly content: string;
}): Plot {
  const label = escapeHtml(`${title}: ${description}`);
  return {
    title,
    svg: `<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${label}">${content}</svg>`,
  };
}

export const plotFigure = ({ title, svg }: Plot): string =>
  `<figure class="chart"><figcaption>${escapeHtml(title)}</figcaption>${svg}</figure>`;
