/** The report of a closed study: statistics, what was registered, every answer with its truth, pictures of cases. */
import { basename } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { ReportedAnswer, StudyReport } from '#contract/studyCommands.ts';
import type { CaseTruth } from '#contract/studies.ts';
import { confidenceUse, scoreOf, type ConfidenceUse } from '#shared/study/answerScores.ts';
import { designParagraph } from '#shared/study/designParagraph.ts';
import { withMerged } from '#shared/study/studyLog.ts';
import { describeRealism } from '#shared/study/realism.ts';
import { readingConditions } from '#shared/study/readingConditions.ts';
import { readingState, type ReadingState } from '#shared/study/readingState.ts';
import type { Trial } from '#shared/study/trial.ts';
import type { ReadProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { analyze } from './analyze.ts';
import { readSoundChain } from './chain.ts';
import { chooseCases, drawPictures } from './casePictures.ts';
import { requireOwn } from './ownStudy.ts';
import { readOpenedKey, readProtocol } from './sealedFiles.ts';
import { writeReport } from './writeReport.ts';

/** A report is passed on: of a file it names the name alone, not where it lay on this computer. */
const reportedTruth = (truth: CaseTruth | undefined): readonly CaseTruth[] =>
  truth === undefined ? [] : [{ ...truth, source: basename(truth.source) }];

/** Answers to trials, not to practice, of the readers who were not left out. */
function answersOf(state: ReadingState, cases: Readonly<Record<string, CaseTruth>>): readonly ReportedAnswer[] {
  return [...state.readers]
    .filter(([, { excluded }]) => excluded === null)
    .flatMap(([reader, { shown }]) =>
      shown.flatMap(({ answer, showing, index, session }): readonly ReportedAnswer[] => {
        if (answer === null || showing.isPractice) return [];
        const truth = showing.cases.flatMap((id) => reportedTruth(cases[id]));
        return [{ reader, caseId: showing.cases.join('+'), index, repeat: showing.repeat, answer, truth, session }];
      }),
    );
}

/** Of a pair the question is whether the second scan is the synthetic one. */
function trialOf(
  { reader, caseId, index, repeat, answer, truth, session }: ReportedAnswer,
  { use, years }: { readonly use: ConfidenceUse; readonly years: ReadonlyMap<string, number | null> },
): Trial {
  const asked = truth.at(-1);
  return {
    reader,
    caseId,
    isSynthetic: asked?.isSynthetic ?? false,
    score: scoreOf(answer, use),
    reactionMs: answer.reactionMs,
    session: String(session),
    order: index,
    model: truth.find(({ isSynthetic }) => isSynthetic)?.model ?? null,
    expertise: years.get(reader) ?? null,
    repeat,
  };
}

/** Throws `wrong-state` before the study is closed and where nobody answered, `project-damaged` for a changed log. */
export async function reportStudy(project: ReadProject, study: StudyRow): Promise<StudyReport> {
  const { dir } = project;
  requireOwn(study, 'the report');
  if (study.state !== 'closed')
    throw new AppError(
      'wrong-state',
      `The study "${study.name}" is ${study.state}: its results are known when it is closed. Close it with: doppel study close`,
    );
  const { lines } = readSoundChain(project, study.id);
  const protocol = readProtocol(dir, study.id);
  const key = readOpenedKey(dir, study.id);
  const state = readingState(protocol, lines);
  const answered = answersOf(state, key.cases);
  const [lock] = lines;
  if (answered.length === 0 || lock?.type !== 'lock')
    throw new AppError('wrong-state', `Nobody has answered a trial of "${study.name}": there is nothing to report.`);
  const use = confidenceUse(answered.map(({ answer }) => answer));
  const years = new Map(protocol.readers.map((reader) => [reader.name, reader.years]));
  const trials = answered.map((one) => trialOf(one, { use, years }));
  const planned = [...state.readers.values()]
    .filter(({ excluded }) => excluded === null)
    .reduce((sum, { order }) => sum + order.filter(({ isPractice }) => !isPractice).length, 0);
  const { margin, seed, protocol: kind } = protocol.design;
  const statistics = await analyze({
    source: { trials, unanswered: planned - trials.length },
    margin,
    seed,
    protocol: kind,
  });
  const told: StudyReport['study'] = {
    id: study.id,
    name: study.name,
    lockedAt: study.lockedAt,
    closedAt: study.closedAt,
    version: lock.data.version,
    protocol,
    commitments: {
      protocol: lock.data.protocolCommitment,
      protocolSalt: key.protocolSalt,
      key: lock.data.keyCommitment,
      keySalt: key.keySalt,
    },
    lastHash: lines.at(-1)?.hash ?? '',
    logLines: lines.length,
    repairs: withMerged(lines).filter(({ type }) => type === 'repair').length,
    reading: readingConditions(state, withMerged(lines)),
    excluded: [...state.readers].flatMap(([reader, { excluded }]) =>
      excluded === null ? [] : [{ reader, reason: excluded }],
    ),
    confidenceUse: use,
  };
  const models = [...new Set(answered.flatMap(({ truth }) => truth.flatMap(({ model }) => model ?? [])))].sort();
  const shown = chooseCases(statistics.cases);
  const pictures = await drawPictures({ projectDir: dir, studyId: study.id, shown, answers: answered });
  const methods = `${designParagraph(told, models)}\n\n${statistics.methods}`;
  return writeReport(
    dir,
    { ...statistics, methods, study: told, answers: answered, realism: describeRealism(answered), shown, pictures },
    trials,
  );
}
