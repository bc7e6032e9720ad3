/** Codes and fits in words for a terminal. */
import type { LatentFit } from '#contract/latent.ts';
import type { EncodingDetail } from '#contract/latentCommands.ts';
import { formatTable } from './output.ts';

const three = (value: number): string => value.toFixed(3);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export function describeEncoding({ job, encoding, columns }: EncodingDetail): string {
  const { scans, way, steps } = encoding;
  const named = columns.map(({ name, kind, values }) => (kind === 'number' ? name : `${name} (${values.join(', ')})`));
  return formatTable([
    ['codes', `${job}: ${String(scans.length)} scans of ${encoding.dataset}, ${String(encoding.latent)} numbers each`],
    ['by', way === 'encoder' ? 'the encoder of the network' : `optimisation in ${String(steps)} steps`],
    ['made again', `error ${three(mean(scans.map(({ rmse }) => rmse)))} of a range of 2, correlation ${three(mean(scans.map(({ correlation }) => correlation)))}, in the brain`],
    ['columns', named.join(', ')],
  ]);
} // prettier-ignore

export function describeFit(fit: LatentFit): string {
  const { score, second, kinds, folds } = fit;
  const interval = ({ low, high }: LatentFit['second']): string => `${three(low)} to ${three(high)}`;
  return formatTable([
    ['column', kinds === null ? fit.column : `${fit.column}: ${kinds.positive} against ${kinds.negative}`],
    ['scans', `${String(fit.scans)} of ${String(fit.subjects)} subjects${fit.leftOut > 0 ? `, ${String(fit.leftOut)} without a value` : ''}`],
    [score.name, `${three(score.value)} (95 %: ${interval({ ...score, name: second.name })}), p ${score.p.toPrecision(2)} by ${String(score.permutations)} permutations`],
    [second.name, `${three(second.value)} (${interval(second)})`],
    ['folds', `${String(folds.outer)} outside, ${String(folds.inner)} inside, by subject; seed ${String(fit.seed)}`],
  ]);
} // prettier-ignore
