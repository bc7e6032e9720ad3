/** The commands that do a study again, from the same scans. */
import type { ImportRequest } from '../contract/importing.ts';
import type { Job } from '../contract/jobs.ts';
import type { PreprocessRequest } from '../contract/preprocess.ts';

/** For a shell: in quotation marks unless it is plain. */
const quote = (word: string): string => (/^[\w.,:=/@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

const line = (words: readonly string[]): string => ['doppel', ...words.map(quote)].join(' ');

/** Datasets that are imported again are called so. */
const again = (name: string): string => `${name} again`;

function preparation(asked: PreprocessRequest | undefined): readonly string[] {
  if (asked === undefined) return [];
  const { biasField, brainMask, normalise, align } = asked;
  const from = brainMask?.from;
  const steps = brainMask?.steps.map((step) => ('mm' in step ? `${step.do}:${String(step.mm)}` : step.do)) ?? [];
  return [
    ...(biasField ? ['--bias-field'] : []),
    ...(from?.method === 'automatic' ? ['--brain-mask', from.preset] : []),
    ...(from?.method === 'threshold' ? ['--brain-mask', 'threshold', '--mask-low', String(from.low)] : []),
    ...(from?.method === 'threshold' && from.high !== null ? ['--mask-high', String(from.high)] : []),
    ...(from?.method === 'files' ? ['--mask-files', 'MASKS'] : []),
    ...(steps.length === 0 ? [] : ['--mask-steps', steps.join(',')]),
    '--normalise',
    normalise,
    ...(align === null ? [] : ['--align-to', 'REFERENCE', '--align', align.transform, '--align-by', align.metric]),
  ];
}

function importing(request: ImportRequest, project: string): string {
  const { name, grid, spacingMm, holdout, seed, pairs, derivative, frame, acceptIncomplete, preprocess } = request;
  return line([
    'dataset', 'import', 'SCANS', '--project', project, '--name', again(name), '--grid', String(grid),
    '--spacing-mm', String(spacingMm), '--holdout', String(holdout), '--seed', String(seed),
    ...(derivative === null ? [] : ['--derivative', 'LABELS']),
    ...(pairs === undefined ? [] : ['--pairs-low', 'LOW_SCANS', '--factor', pairs.factor]),
    ...(frame === undefined || frame === null ? [] : ['--frame', String(frame)]),
    ...(acceptIncomplete === true ? ['--accept-incomplete'] : []),
    ...preparation(preprocess),
  ]); // prettier-ignore
}

export interface RepeatRequest {
  readonly project: string;
  /** In any order. */
  readonly jobs: readonly Job[];
  /** Names by id. */
  readonly datasets: ReadonlyMap<string, string>;
  /** By checkpoint: the job that wrote it. */
  readonly trainings: ReadonlyMap<string, string>;
}

/** Jobs that succeeded and can be asked for in words: imports, trainings, syntheses, in the order in which they began. */
export function repeatCommands({ project, jobs, datasets, trainings }: RepeatRequest): readonly string[] {
  const inOrder = jobs.filter(({ state }) => state === 'succeeded').toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)); // prettier-ignore
  return inOrder.flatMap(({ request, iteration }): string[] => {
    if (request.kind === 'import' && [...datasets.values()].includes(request.name))
      return [importing(request, project)];
    if (request.kind === 'train') {
      const { datasetId, modelId, preset, config, seed, memory, startFrom, allowHeads } = request;
      const settings = Object.entries(config).flatMap(([key, value]) => ['--set', `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`]); // prettier-ignore
      return [
        line([
          'train', '--project', project, '--dataset', again(datasets.get(datasetId) ?? datasetId), '--model', modelId,
          '--preset', preset, ...settings, '--iterations', String(iteration), '--seed', String(seed),
          ...(memory === undefined || memory.pieces === 1 ? [] : ['--pieces', String(memory.pieces)]),
          ...(memory?.recompute === true ? ['--recompute'] : []),
          ...(startFrom === undefined ? [] : ['--from', startFrom]),
          ...(allowHeads === true ? ['--allow-heads'] : []),
        ]),
      ]; // prettier-ignore
    }
    if (request.kind === 'synthesize' && trainings.has(request.checkpointId)) {
      const { count, seed, truncation, label, mark } = request;
      return [
        line([
          'synthesize', '--project', project, '--checkpoint', 'latest', '--count', String(count), '--seed', String(seed),
          '--truncation', String(truncation), ...(label === undefined ? [] : ['--label', label]), ...(mark === false ? ['--no-mark'] : []),
          '--out', `synthetic-${trainings.get(request.checkpointId) ?? ''}-${String(seed)}`,
        ]),
      ]; // prettier-ignore
    }
    return [];
  });
}
