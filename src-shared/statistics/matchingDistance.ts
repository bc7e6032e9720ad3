/**
 * The Wasserstein distance of order 1 between two samples of equally many points: the mean length of the shortest way to
 * pair them all, found exactly by shortest augmenting paths (Jonker & Volgenant 1987, Computing 38:325).
 */

function euclidean(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index]! - b[index]!) ** 2;
  return Math.sqrt(sum);
}

/** Throws RangeError for samples of different sizes, or empty ones. */
export function matchingDistance(
  first: readonly (readonly number[])[],
  second: readonly (readonly number[])[],
): number {
  const n = first.length;
  if (n === 0 || second.length !== n)
    throw new RangeError(`Points are paired one to one, not ${String(n)} to ${String(second.length)}.`);
  const cost = first.map((a) => second.map((b) => euclidean(a, b)));
  // Columns count from 1; column 0 stands for the row that looks for a partner.
  const rowPrice = new Float64Array(n + 1);
  const columnPrice = new Float64Array(n + 1);
  const rowOf = new Int32Array(n + 1).fill(-1);
  for (let row = 0; row < n; row++) {
    const slack = new Float64Array(n + 1).fill(Infinity);
    const before = new Int32Array(n + 1);
    const isDone = new Uint8Array(n + 1);
    let column = 0;
    rowOf[0] = row;
    while (rowOf[column] !== -1) {
      isDone[column] = 1;
      const at = rowOf[column]!;
      let [least, next] = [Infinity, 0];
      for (let other = 1; other <= n; other++) {
        if (isDone[other] === 1) continue;
        const reduced = cost[at]![other - 1]! - rowPrice[at]! - columnPrice[other]!;
        if (reduced < slack[other]!) {
          slack[other] = reduced;
          before[other] = column;
        }
        if (slack[other]! < least) [least, next] = [slack[other]!, other];
      }
      for (let other = 0; other <= n; other++) {
        if (isDone[other] === 1) {
          rowPrice[rowOf[other]!]! += least;
          columnPrice[other]! -= least;
        } else slack[other]! -= least;
      }
      column = next;
    }
    for (; column !== 0; column = before[column]!) rowOf[column] = rowOf[before[column]!]!;
  }
  let total = 0;
  for (let column = 1; column <= n; column++) total += cost[rowOf[column]!]![column - 1]!;
  return total / n;
}
