/** What is known of how good a super-resolution checkpoint is. */
import type { CheckpointSummary, Evaluation, MetricSeries } from '#contract/commands.ts';
import type { EvaluationReport, QualityMeasure, UpscalingMethod } from '#contract/evaluation.ts';

/** dB, of the network; `gain`: against cubic B-spline on the same scans. */
export interface Gain {
  readonly psnr: number;
  readonly gain: number;
}

export interface Evidence {
  readonly checkpoint: CheckpointSummary;
  /** Measured during training on patches of held-out scans, where there are any. */
  readonly patches: Gain | null;
  /** The newest evaluation of these weights. */
  readonly evaluation: Evaluation | null;
  /** Medians over the scans of that evaluation. */
  readonly evaluated: (Gain & { readonly scans: number }) | null;
}

export function medianOf(report: EvaluationReport, method: UpscalingMethod, measure: QualityMeasure): number | null {
  return report.summaries.find((entry) => entry.method === method && entry.measure === measure)?.median ?? null;
}

/** In the order of the report's summaries. */
export function methodsOf({ summaries }: EvaluationReport): readonly UpscalingMethod[] {
  return [...new Set(summaries.map(({ method }) => method))];
}
export function measuresOf({ summaries }: EvaluationReport): readonly QualityMeasure[] {
  return [...new Set(summaries.map(({ measure }) => measure))];
}

function evaluatedGain({ report }: Evaluation): Evidence['evaluated'] {
  const [psnr, cubic] = [medianOf(report, 'network', 'psnr'), medianOf(report, 'cubic', 'psnr')];
  return psnr === null || cubic === null ? null : { psnr, gain: psnr - cubic, scans: report.scans.length };
}

/** The last values at or before the checkpoint's iteration. */
function patchGain({ iterations, values }: MetricSeries, iteration: number): Gain | null {
  const lastOf = (name: string): number | null =>
    values[name]?.findLast((value, index) => value !== null && (iterations[index] ?? Infinity) <= iteration) ?? null;
  const [psnr, interpolated] = [lastOf('heldoutPsnr'), lastOf('heldoutPsnr.interpolated')];
  return psnr === null || interpolated === null ? null : { psnr, gain: psnr - interpolated };
}

export interface Known {
  /** Of the project, the newest first. */
  readonly checkpoints: readonly CheckpointSummary[];
  /** The newest first. */
  readonly evaluations: readonly Evaluation[];
  /** By training job. */
  readonly metrics: ReadonlyMap<string, MetricSeries>;
}

/** Trained super-resolution checkpoints; untrained ones only interpolate. */
export function evidenceOf({ checkpoints, evaluations, metrics }: Known): readonly Evidence[] {
  return checkpoints
    .filter(({ kind, iteration }) => kind === 'super-resolution' && iteration > 0)
    .map((checkpoint) => {
      const evaluation = evaluations.find(({ report }) => report.checkpoint.sha256 === checkpoint.sha256) ?? null;
      const series = metrics.get(checkpoint.jobId);
      return {
        checkpoint,
        patches: series === undefined ? null : patchGain(series, checkpoint.iteration),
        evaluation,
        evaluated: evaluation === null ? null : evaluatedGain(evaluation),
      };
    });
}
