/** Plots of what readers answered: how often each score, how far they agree, whether sure answers are right. */
import { ticks } from './axis.ts';
import { axisTitles, gridColumns, gridRows, round, svgPlot, toX, toY, usual, type Frame, type Plot } from './chart.ts';
import { escapeHtml } from './html.ts';

export interface ScoreHistogram {
  readonly title: string;
  readonly across: string;
  readonly up: string;
  /** Of the two kinds of bars. */
  readonly names: readonly [string, string];
  readonly bars: readonly { readonly label: string; readonly values: readonly [number, number] }[];
}

const legendHeight = 18;

/** Two bars a score, their counts above them. */
export function scoreHistogram({ title, across, up, names, bars }: ScoreHistogram): Plot {
  const frame: Frame = { ...usual, top: usual.top + legendHeight };
  const highest = Math.max(1, ...bars.flatMap(({ values }) => values));
  const scale = { low: 0, high: highest * 1.12 };
  const step = (frame.width - frame.left - frame.right) / bars.length;
  const width = step * 0.36;
  const zero = toY(frame, scale, 0);
  const drawn = bars.map(({ label, values }, index) => {
    const middle = frame.left + step * (index + 0.5);
    const pair = values.map((value, kind) => {
      const x = middle - width + kind * width;
      const y = toY(frame, scale, value);
      return `<rect class="kind-${kind + 1}" x="${round(x)}" y="${round(y)}" width="${round(width - 1)}" height="${round(zero - y)}"><title>${escapeHtml(`${label}, ${names[kind] ?? ''}: ${value}`)}</title></rect><text x="${round(x + width / 2)}" y="${round(y - 3)}" text-anchor="middle">${value}</text>`;
    });
    return `${pair.join('')}<text x="${round(middle)}" y="${frame.height - frame.bottom + 15}" text-anchor="middle">${escapeHtml(label)}</text>`;
  });
  const legend = names.map((name, kind) => {
    const x = frame.left + kind * 110;
    return `<rect class="kind-${kind + 1}" x="${x}" y="6" width="10" height="10"/><text class="label" x="${x + 15}" y="11" dy="3.5">${escapeHtml(name)}</text>`;
  });
  const whole = ticks(0, highest).filter(Number.isInteger);
  return svgPlot({
    title,
    description: bars.map(({ label, values }) => `${label}: ${values.map((value, kind) => `${value} ${names[kind] ?? ''}`).join(', ')}`).join('; '),
    frame,
    content: gridRows(frame, scale, whole) + axisTitles(frame, across, up) + drawn.join('') + legend.join(''),
  }); // prettier-ignore
}

export interface AgreementMatrix {
  readonly title: string;
  readonly readers: readonly string[];
  /** Cohen's κ, `[reader][reader]`; null where it is not defined. */
  readonly kappa: readonly (readonly (number | null)[])[];
}

const cell = 54;
/** Names beside and above the cells. */
const room = 92;
const short = (name: string, letters: number): string => (name.length > letters ? `${name.slice(0, letters - 1)}…` : name); // prettier-ignore

/** A cell a pair of readers, darker with κ; nothing is drawn on the diagonal. */
export function agreementMatrix({ title, readers, kappa }: AgreementMatrix): Plot {
  const side = cell * readers.length;
  const frame: Frame = { width: Math.max(320, room + side + 6), height: 26 + side + 4, left: room, right: 6, top: 26, bottom: 4 }; // prettier-ignore
  const cells = kappa.flatMap((row, a) =>
    row.map((value, b) => {
      const [x, y] = [frame.left + b * cell, frame.top + a * cell];
      const strength = a === b ? 0 : Math.max(0, Math.min(1, value ?? 0));
      const words = a === b ? '' : value === null ? '–' : value.toFixed(2).replace('-', '−');
      return `<rect class="cell" x="${x + 1}" y="${y + 1}" width="${cell - 2}" height="${cell - 2}"/><rect class="heat" x="${x + 1}" y="${y + 1}" width="${cell - 2}" height="${cell - 2}" fill-opacity="${(0.6 * strength).toFixed(2)}"/><text class="label" x="${x + cell / 2}" y="${y + cell / 2}" dy="3.5" text-anchor="middle">${words}</text>`;
    }),
  );
  const names = readers.map(
    (name, index) =>
      `<text class="label" x="${frame.left - 6}" y="${frame.top + (index + 0.5) * cell}" dy="3.5" text-anchor="end">${escapeHtml(short(name, 14))}</text><text class="label" x="${frame.left + (index + 0.5) * cell}" y="${frame.top - 8}" text-anchor="middle">${escapeHtml(short(name, 8))}</text>`,
  );
  const pairs = readers.flatMap((a, at) =>
    readers.slice(at + 1).map((b, offset) => `${a} and ${b} ${kappa[at]?.[at + 1 + offset]?.toFixed(2) ?? 'not defined'}`),
  ); // prettier-ignore
  return svgPlot({ title, description: pairs.join(', '), frame, content: cells.join('') + names.join('') });
}

export interface CalibrationPlot {
  readonly title: string;
  readonly across: string;
  readonly up: string;
  readonly bins: readonly { readonly probability: number; readonly observed: number; readonly n: number }[];
}

const unit = { low: -0.05, high: 1.05 };
const fifths = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Observed over stated shares, the area of a dot as its number of answers; on the diagonal, what is said comes true. */
export function calibrationPlot({ title, across, up, bins }: CalibrationPlot): Plot {
  const frame: Frame = { ...usual, height: 260 };
  const most = Math.max(1, ...bins.map(({ n }) => n));
  const x = (value: number): string => round(toX(frame, unit, value));
  const y = (value: number): string => round(toY(frame, unit, value));
  const path = bins.map(
    ({ probability, observed }, index) => `${index === 0 ? 'M' : 'L'}${x(probability)} ${y(observed)}`,
  );
  const dots = bins.map(
    ({ probability, observed, n }) =>
      `<circle class="mark" cx="${x(probability)}" cy="${y(observed)}" r="${round(2.5 + 6 * Math.sqrt(n / most))}"><title>${probability.toFixed(1)}: ${(100 * observed).toFixed(1)} % of ${n}</title></circle>`,
  );
  return svgPlot({
    title,
    description: bins.map(({ probability, observed, n }) => `${probability.toFixed(1)}: ${(100 * observed).toFixed(1)} % of ${n}`).join('; '),
    frame,
    content: `${gridRows(frame, unit, fifths)}${gridColumns(frame, unit, fifths)}${axisTitles(frame, across, up)}<line class="limit" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/><path class="pairing" fill="none" d="${path.join('')}"/>${dots.join('')}`,
  }); // prettier-ignore
}
