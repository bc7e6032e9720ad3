/**
 * Groups of points: k-means (Lloyd 1982) from points that lie farthest from each other, with the number of groups chosen
 * by the silhouette (Rousseeuw 1987, J Comput Appl Math 20:53). Nothing is random.
 */

type Point = readonly number[];

export interface Clusters {
  /** The group of each point, from 0, the largest first. */
  readonly labels: readonly number[];
  readonly count: number;
  /** Mean silhouette in [-1, 1]; 0 for a single group. */
  readonly silhouette: number;
}

const mostRounds = 100;

function squaredDistance(a: Point, b: Point): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index]! - b[index]!) ** 2;
  return sum;
}

const meanOf = (points: readonly Point[]): Point =>
  (points[0] ?? []).map((_, axis) => points.reduce((sum, point) => sum + point[axis]!, 0) / points.length);

const nearest = (point: Point, centres: readonly Point[]): number =>
  centres.reduce(
    (best, centre, index) => (squaredDistance(point, centre) < squaredDistance(point, centres[best]!) ? index : best),
    0,
  );

/** The point farthest from the mean first, then always the one farthest from those chosen. */
function farthestPoints(points: readonly Point[], count: number): readonly Point[] {
  const chosen: Point[] = [];
  let from: readonly Point[] = [meanOf(points)];
  while (chosen.length < count) {
    const reach = points.map((point) => Math.min(...from.map((other) => squaredDistance(point, other))));
    chosen.push(points[reach.indexOf(Math.max(...reach))]!);
    from = chosen;
  }
  return chosen;
}

/** The group of each of the points; a group may be empty where points coincide. */
export function kMeans(points: readonly Point[], count: number): readonly number[] {
  let centres = farthestPoints(points, count);
  let labels: readonly number[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const next = points.map((point) => nearest(point, centres));
    if (next.every((label, index) => label === labels[index])) break;
    labels = next;
    centres = centres.map((centre, group) => {
      const members = points.filter((_, index) => next[index] === group);
      return members.length === 0 ? centre : meanOf(members);
    });
  }
  return labels;
}

/** Mean over the points of (b − a) / max(a, b); a point alone in its group counts as 0, as Rousseeuw has it. */
export function silhouetteOf(points: readonly Point[], labels: readonly number[]): number {
  const groups = [...new Set(labels)];
  const scores = points.map((point, index) => {
    const meanTo = (group: number): number => {
      const others = points.filter((_, other) => other !== index && labels[other] === group);
      return others.reduce((sum, other) => sum + Math.sqrt(squaredDistance(point, other)), 0) / others.length;
    };
    const own = labels[index]!;
    if (labels.filter((label) => label === own).length < 2) return 0;
    const within = meanTo(own);
    const between = Math.min(...groups.filter((group) => group !== own).map(meanTo));
    return Math.max(within, between) === 0 ? 0 : (between - within) / Math.max(within, between);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/**
 * The grouping into 2 … `most` groups with the best silhouette, if that reaches `least` and no group has fewer than
 * `smallest` points; otherwise one group.
 */
export function findClusters(
  points: readonly Point[],
  { most, least, smallest }: { readonly most: number; readonly least: number; readonly smallest: number },
): Clusters {
  const single: Clusters = { labels: points.map(() => 0), count: Math.min(1, points.length), silhouette: 0 };
  const candidates = Array.from({ length: Math.max(0, most - 1) }, (_, index) => index + 2)
    .filter((count) => count * smallest <= points.length)
    .map((count) => ({ count, labels: kMeans(points, count) }))
    .filter(({ count, labels }) =>
      Array.from({ length: count }, (_, group) => labels.filter((label) => label === group).length).every(
        (size) => size >= smallest,
      ),
    )
    .map(({ count, labels }) => ({ count, labels, silhouette: silhouetteOf(points, labels) }))
    .filter(({ silhouette }) => silhouette >= least);
  const best = candidates.toSorted((a, b) => b.silhouette - a.silhouette)[0];
  return best === undefined ? single : { ...best, labels: largestFirst(best.labels) };
}

function largestFirst(labels: readonly number[]): readonly number[] {
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const order = [...sizes.entries()].toSorted((a, b) => b[1] - a[1]).map(([label]) => label);
  return labels.map((label) => order.indexOf(label));
}
