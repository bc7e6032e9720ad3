/** Pearson's correlation of two columns of equal length (Pearson 1895, Proc. R. Soc. Lond. 58:240). */

/** −1 to 1, over the places where `isCounted` (none given: all); 0 where one of the columns does not vary. */
export function pearson(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  isCounted: ((index: number) => boolean) | null = null,
): number {
  let [count, sumX, sumY] = [0, 0, 0];
  for (let index = 0; index < x.length; index++) {
    if (isCounted !== null && !isCounted(index)) continue;
    count++;
    sumX += x[index]!;
    sumY += y[index]!;
  }
  const [meanX, meanY] = [sumX / count, sumY / count];
  let [squaresX, squaresY, products] = [0, 0, 0];
  for (let index = 0; index < x.length; index++) {
    if (isCounted !== null && !isCounted(index)) continue;
    const [dx, dy] = [x[index]! - meanX, y[index]! - meanY];
    squaresX += dx * dx;
    squaresY += dy * dy;
    products += dx * dy;
  }
  return squaresX === 0 || squaresY === 0 || count === 0 ? 0 : products / Math.sqrt(squaresX * squaresY);
}
