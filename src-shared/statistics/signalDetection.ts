/** Signal detection theory with equal variances: how well two kinds are told apart, and where the line is drawn. */
import { normalQuantile } from './normal.ts';

export interface Detections {
  /** Signals, and those of them that were called signals. */
  readonly signals: number;
  readonly hits: number;
  /** What was no signal, and what of it was called one. */
  readonly noises: number;
  readonly falseAlarms: number;
}

export interface Sensitivity {
  /** d′ = Φ⁻¹(hit rate) − Φ⁻¹(false-alarm rate): 0 where nothing is told apart. */
  readonly dPrime: number;
  /** c = −½ [Φ⁻¹(hit rate) + Φ⁻¹(false-alarm rate)]: above 0 the reader is slow to call a signal. */
  readonly criterion: number;
}

/**
 * d′ and criterion with the log-linear correction, half an answer added to each count (Hautus 1995, Behav. Res. Methods
 * 27:46), so that both are finite. Null where one kind was never shown.
 */
export function detectionSensitivity({ signals, hits, noises, falseAlarms }: Detections): Sensitivity | null {
  if (signals === 0 || noises === 0) return null;
  const hit = normalQuantile((hits + 0.5) / (signals + 1));
  const falseAlarm = normalQuantile((falseAlarms + 0.5) / (noises + 1));
  return { dPrime: hit - falseAlarm, criterion: -(hit + falseAlarm) / 2 };
}
