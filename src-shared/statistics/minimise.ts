/** The minimum of a smooth function of a few numbers, and its curvature there; derivatives by differences. */

export type Objective = (at: readonly number[]) => number;

export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
}

/** On the way an error of a millionth does not matter. */
const roughStep = 1e-4;
const gradientStep = 1e-3;
const mostSteps = 200;
/** Of the gradient, per unit of the value's size. */
const flat = 1e-8;

const moved = (at: readonly number[], direction: readonly number[], by: number): readonly number[] =>
  at.map((value, index) => value + by * (direction[index] ?? 0));
const unit = (length: number, index: number): readonly number[] => Array.from({ length }, (_, at) => Number(at === index)); // prettier-ignore
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

/** Half as dear, good enough to find the way. */
function roughGradient(objective: Objective, at: readonly number[]): readonly number[] {
  return at.map((_, index) => {
    const axis = unit(at.length, index);
    return (objective(moved(at, axis, roughStep)) - objective(moved(at, axis, -roughStep))) / (2 * roughStep);
  });
}

/** Central differences of the fourth order. */
export function gradientAt(objective: Objective, at: readonly number[]): readonly number[] {
  return at.map((_, index) => {
    const axis = unit(at.length, index);
    const rise = (by: number): number => objective(moved(at, axis, by)) - objective(moved(at, axis, -by));
    return (8 * rise(gradientStep) - rise(2 * gradientStep)) / (12 * gradientStep);
  });
}

/** The inverse curvature after a step, by the formula of Broyden, Fletcher, Goldfarb and Shanno. */
function updated(
  inverse: readonly (readonly number[])[],
  step: readonly number[],
  change: readonly number[],
): readonly (readonly number[])[] {
  const curvature = dot(step, change);
  if (curvature <= 1e-12) return inverse;
  const image = inverse.map((row) => dot(row, change));
  const factor = (1 + dot(change, image) / curvature) / curvature;
  return inverse.map((row, i) =>
    row.map((value, j) => {
      const [si, sj] = [step[i] ?? 0, step[j] ?? 0];
      return value + factor * si * sj - ((image[i] ?? 0) * sj + si * (image[j] ?? 0)) / curvature;
    }),
  );
}

/** BFGS with backtracking (Nocedal & Wright 2006, ch. 6). Null where it does not come to rest, as where there is no minimum. */
export function minimise(objective: Objective, start: readonly number[]): Minimum | null {
  let [at, value] = [start, objective(start)];
  let gradient = roughGradient(objective, at);
  let inverse: readonly (readonly number[])[] = at.map((_, index) => unit(at.length, index));
  for (let steps = 0; steps < mostSteps; steps++) {
    if (Math.max(...gradient.map(Math.abs)) < flat * Math.max(1, Math.abs(value))) return { at, value };
    let direction = inverse.map((row) => -dot(row, gradient));
    if (dot(direction, gradient) >= 0) direction = gradient.map((slope) => -slope);
    const slope = dot(direction, gradient);
    let by = Math.min(1, 2 / Math.max(...direction.map(Math.abs))); // no leap where the curvature is not known yet
    let next = moved(at, direction, by);
    let reached = objective(next);
    while (!(reached <= value + 1e-4 * by * slope)) {
      by /= 2;
      // Rounding is all that is left to gain.
      if (by < 1e-10) return Math.max(...gradient.map(Math.abs)) < 1e3 * flat * Math.max(1, Math.abs(value)) ? { at, value } : null; // prettier-ignore
      next = moved(at, direction, by);
      reached = objective(next);
    }
    const slopes = roughGradient(objective, next);
    const step = next.map((x, index) => x - (at[index] ?? 0));
    inverse = updated(inverse, step, slopes.map((x, index) => x - (gradient[index] ?? 0))); // prettier-ignore
    [at, value, gradient] = [next, reached, slopes];
  }
  return null;
}

const curvatureStep = 1e-2;

/** Second derivatives, by central differences at two widths extrapolated to none (Richardson). */
export function hessianAt(objective: Objective, at: readonly number[]): readonly (readonly number[])[] {
  const n = at.length;
  const here = objective(at);
  const second = (i: number, j: number, h: number): number => {
    const [a, b] = [unit(n, i), unit(n, j)];
    if (i === j) return (objective(moved(at, a, h)) - 2 * here + objective(moved(at, a, -h))) / (h * h);
    const both = (x: number, y: number): number => objective(moved(moved(at, a, x), b, y));
    return (both(h, h) - both(h, -h) - both(-h, h) + both(-h, -h)) / (4 * h * h);
  };
  const half = at.map((_, i) =>
    Array.from({ length: i + 1 }, (__, j) => (4 * second(i, j, curvatureStep / 2) - second(i, j, curvatureStep)) / 3),
  );
  return at.map((_, i) => at.map((__, j) => half[Math.max(i, j)]?.[Math.min(i, j)] ?? 0));
}
