/** The thread in which a table of trials is read and analysed, so that the backend goes on answering meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CommandInput, Reply, TrialsReport } from '#contract/commands.ts';
import { toErrorShape } from '#contract/errors.ts';
import { analyzeTrials } from '#shared/study/analyzeTrials.ts';
import { methodsParagraph } from '#shared/study/methodsParagraph.ts';
import { readTrials } from './readTrials.ts';

async function analyze({ path, margin, seed }: CommandInput<'study.analyze'>): Promise<Reply<TrialsReport>> {
  try {
    const { trials, unanswered } = await readTrials(path);
    const analysis = analyzeTrials(trials, { margin, seed });
    return { ok: true, value: { ...analysis, unanswered, methods: methodsParagraph(analysis) } };
  } catch (thrown) {
    return { ok: false, error: toErrorShape(thrown) };
  }
}

// `handlers.ts` starts it with a parsed request.
parentPort?.postMessage(await analyze(workerData as CommandInput<'study.analyze'>));
