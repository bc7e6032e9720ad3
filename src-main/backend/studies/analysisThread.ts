/** The thread in which trials are analysed, so that the backend goes on answering meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Reply } from '#contract/commands.ts';
import { toErrorShape } from '#contract/errors.ts';
import type { TrialsReport } from '#contract/studyCommands.ts';
import { analyzeTrials } from '#shared/study/analyzeTrials.ts';
import { methodsParagraph } from '#shared/study/methodsParagraph.ts';
import type { AnalysisTask } from './analyze.ts';
import { readTrials } from './readTrials.ts';

async function analyze({ source, ...options }: AnalysisTask): Promise<Reply<TrialsReport>> {
  try {
    const { trials, unanswered } = 'path' in source ? await readTrials(source.path) : source;
    const analysis = analyzeTrials(trials, options);
    return { ok: true, value: { ...analysis, unanswered, methods: methodsParagraph(analysis) } };
  } catch (thrown) {
    return { ok: false, error: toErrorShape(thrown) };
  }
}

// `analyze.ts` starts it with a task of its own.
parentPort?.postMessage(await analyze(workerData as AnalysisTask));
