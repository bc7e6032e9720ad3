/** Each generator alone: its synthetic scans against all real ones. */
import { describeMrmc, type RandomEffects } from './pooledStatistics.ts';
import { shareOf, type Absences, type Share } from './outcome.ts';
import type { StudyTable } from './studyTable.ts';
import { isCorrect } from './trial.ts';

export interface ModelResult {
  readonly model: string;
  readonly cases: number;
  /** Share of answers to its scans that found them out, as of independent answers. */
  readonly detected: Share | null;
  /** Mean AUC of the readers for its scans against all real ones; 0.5: not told apart. */
  readonly mrmc: RandomEffects | null;
}

/** In alphabetical order. Null where no synthetic scan names its model. */
export function describeModels({ cases, first }: StudyTable, absences: Absences): readonly ModelResult[] | null {
  const names = [...new Set(cases.flatMap(({ isSynthetic, model }) => (isSynthetic && model !== null ? [model] : [])))];
  if (names.length === 0)
    return absences.keep<readonly ModelResult[]>(null, 'models', 'No model is given for the synthetic scans.');
  return names.sort().map((model) => {
    const own = cases.filter((one) => one.isSynthetic && one.model === model);
    const ids = new Set(own.map(({ caseId }) => caseId));
    const answers = first.filter(({ caseId }) => ids.has(caseId));
    const mrmc = describeMrmc([...cases.filter(({ isSynthetic }) => !isSynthetic), ...own]);
    return {
      model,
      cases: own.length,
      detected: shareOf(answers.filter(isCorrect).length, answers.length),
      mrmc: absences.keep(mrmc, 'models.mrmc', 'It needs two readers or more, and two real and two of its scans.', model), // prettier-ignore
    };
  });
}
