/** Whether stated probabilities come true: Brier's score and the expected calibration error. */

export interface Forecast {
  /** Stated probability of the event, 0 to 1. */
  readonly probability: number;
  readonly happened: boolean;
}

export interface CalibrationBin {
  readonly probability: number;
  readonly n: number;
  /** Share of them in which the event happened. */
  readonly observed: number;
}

export interface Calibration {
  readonly n: number;
  /** Mean squared difference of probability and outcome (Brier 1950, Mon. Weather Rev. 78:1); 0.25 for always saying ½. */
  readonly brier: number;
  /** Mean |stated − observed| over the probabilities that occur, weighed by how often (Naeini et al. 2015, AAAI). */
  readonly calibrationError: number;
  readonly bins: readonly CalibrationBin[];
}

/** One bin a stated probability, as there are few. Null for no forecasts. */
export function calibration(forecasts: readonly Forecast[]): Calibration | null {
  const n = forecasts.length;
  if (n === 0) return null;
  const brier =
    forecasts.reduce((sum, { probability, happened }) => sum + (probability - Number(happened)) ** 2, 0) / n;
  const bins = [...new Set(forecasts.map(({ probability }) => probability))]
    .sort((a, b) => a - b)
    .map((probability) => {
      const inBin = forecasts.filter((forecast) => forecast.probability === probability);
      return { probability, n: inBin.length, observed: inBin.filter(({ happened }) => happened).length / inBin.length };
    });
  const calibrationError = bins.reduce((sum, bin) => sum + bin.n * Math.abs(bin.probability - bin.observed), 0) / n;
  return { n, brier, calibrationError, bins };
}
