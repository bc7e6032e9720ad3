/** The regularised incomplete beta function, which Student's, Fisher's and the binomial distribution come from. */

/** Coefficients of Lanczos' approximation (1964, SIAM J. Numer. Anal. 1:86), g = 7. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const; // prettier-ignore

/** Natural logarithm of Γ(x), x > 0. */
export function logGamma(x: number): number {
  const base = x + 6.5;
  const sum = lanczos.reduce((total, coefficient, index) => total + (index === 0 ? coefficient : coefficient / (x + index - 1)), 0); // prettier-ignore
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

const mostTerms = 10_000;
const smallest = 1e-300;

/** The continued fraction of I_x(a, b), by Lentz's method (Thompson & Barnett 1986, J. Comput. Phys. 64:490); x below its mean. */
function betaFraction(x: number, a: number, b: number): number {
  const nonZero = (value: number): number => (Math.abs(value) < smallest ? smallest : value);
  let numerator = 1;
  let denominator = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = denominator;
  for (let term = 1; term < mostTerms; term++) {
    const even = (term * (b - term) * x) / ((a + 2 * term - 1) * (a + 2 * term));
    const odd = (-(a + term) * (a + b + term) * x) / ((a + 2 * term) * (a + 2 * term + 1));
    let step = 1;
    for (const coefficient of [even, odd]) {
      denominator = 1 / nonZero(1 + coefficient * denominator);
      numerator = nonZero(1 + coefficient / numerator);
      step = denominator * numerator;
      fraction *= step;
    }
    if (Math.abs(step - 1) < Number.EPSILON) break;
  }
  return fraction;
}

/** I_x(a, b), 0 to 1, for x from 0 to 1 and a, b > 0. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}
