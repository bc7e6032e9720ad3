/**
 * Where a worker process begins: it takes one task over the IPC channel, runs that job, says how it ended, and ends.
 * Messages arrive between turns of the event loop: a job that computes without pause must let one pass
 * (`await setImmediate()` of node:timers/promises) before it looks at `isCancelled`.
 */
import { AppError, toErrorShape } from '#contract/errors.ts';
import { isOutOfMemory } from '#models/training/memoryPlan.ts';
import type { LatentAsk } from '#contract/latentTasks.ts';
import { workerCommand, workerTask, type WorkerMessage, type WorkerTask } from '#contract/jobs.ts';
import { framesOf, type WorkerContext } from './context.ts';
import { createQuestionQueue } from './questionQueue.ts';

/** Resolves when the job is done; throws `AppError('cancelled')` when it stopped as asked, anything else when it failed. */
async function runTask(task: WorkerTask, context: WorkerContext): Promise<void> {
  switch (task.kind) {
    case 'scan':
      return (await import('./scanDataset.ts')).scanDataset(task, context);
    case 'preview':
      return (await import('./previewScan.ts')).previewScan(task, context);
    case 'import':
      return (await import('./importDataset.ts')).importDataset(task, context);
    case 'train':
      return (await import('./train.ts')).train(task, context);
    case 'synthesize':
      return (await import('./synthesize.ts')).synthesize(task, context);
    case 'render':
      return (await import('./render.ts')).render(task, context);
    case 'weights-import':
      return (await import('./importWeights.ts')).importWeights(task, context);
    case 'weights-export':
      return (await import('./exportWeights.ts')).exportWeights(task, context);
    case 'evaluate':
      return (await import('./evaluate.ts')).evaluate(task, context);
    case 'evidence':
      return (await import('./evidence/evidence.ts')).evidence(task, context);
    case 'utility':
      return (await import('./evidence/utility.ts')).measureUtility(task, context);
    case 'leaderboard':
      return (await import('./evidence/leaderboard.ts')).measureLeaderboard(task, context);
    case 'phantom':
      return (await import('./makePhantom.ts')).makePhantom(task, context);
    case 'study':
      return (await import('./prepareStudy.ts')).prepareStudy(task, context);
    case 'study-pictures':
      return (await import('./drawStudyCases.ts')).drawStudyCases(task, context);
    case 'measure':
      return (await import('./measure.ts')).measure(task, context);
    case 'super-resolve':
      return (await import('./superResolve.ts')).superResolve(task, context);
    case 'degrade':
      return (await import('./degradeFile.ts')).degradeFile(task, context);
    case 'provenance-check':
      return (await import('./provenance/checkFiles.ts')).checkFiles(task, context);
    case 'latent-encode':
      return (await import('./latentEncode.ts')).latentEncode(task, context);
    case 'latent-fit':
      return (await import('./latentFit.ts')).latentFit(task, context);
    case 'latent-walk':
      return (await import('./latentWalk.ts')).latentWalk(task, context);
    case 'latent-session':
      return (await import('./latentSession.ts')).latentSession(task, context);
    case 'compare':
      return (await import('./compareFiles.ts')).compareFiles(task, context);
    case 'bundle':
      return (await import('./provenance/packBundle.ts')).packBundle(task, context);
    case 'bundle-open':
      return (await import('./provenance/unpackBundle.ts')).unpackBundle(task, context);
    case 'doctor':
      return (await import('./doctor.ts')).doctor(task, context);
  }
}

/** Sends; settles when the message has left this process, or cannot: then the backend is gone and nobody waits for it. */
function send(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) resolve();
    else process.send(message, undefined, undefined, () => { resolve(); }); // prettier-ignore
  });
}

let kind: WorkerTask['kind'] | undefined;
let isCancelled = false;
/** Nobody has said that it is for good. */
let mayGoOn = true;
const questions = createQuestionQueue<LatentAsk>();
const cancel = (): void => {
  isCancelled = true;
  questions.end();
};

const context: WorkerContext = {
  send: (message) => void send(message),
  isCancelled: () => isCancelled,
  mayGoOn: () => isCancelled && mayGoOn,
  nextQuestion: () => questions.next(),
};

/** The channel keeps the order, so all earlier messages have gone once this one has. */
async function finish(message: WorkerMessage): Promise<never> {
  await send(message);
  process.exit(message.type === 'failed' ? 1 : 0);
}

/** What sees files of the user's. */
const seeing: readonly string[] = [
  'scan',
  'preview',
  'import',
  'super-resolve',
  'evaluate',
  'evidence',
  'provenance-check',
  'compare',
];

/** The stack goes to the job's log, the words to the user; where they may name files, and so patients, they stay out. */
function log(thrown: unknown): void {
  const hasNames = seeing.includes(kind ?? '');
  console.error(hasNames ? ['The job failed; its words were shown.', ...framesOf(thrown)].join('\n') : thrown);
}

async function work(raw: unknown): Promise<never> {
  try {
    const task = workerTask.parse(raw);
    ({ kind } = task);
    await runTask(task, context);
    return await finish({ type: 'succeeded' });
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'cancelled') return finish({ type: 'cancelled' });
    log(thrown);
    return finish({ type: 'failed', error: toErrorShape(isOutOfMemory(thrown) ? outOfMemory(thrown) : thrown) });
  }
}

const outOfMemory = (cause: unknown): AppError =>
  new AppError('out-of-memory', 'Memory ran out. Close other programs, or take a smaller grid, network or batch.', { cause }); // prettier-ignore

// Ctrl-C in a terminal reaches the whole group: the backend decides what it means, the worker only stops when it can.
process.on('SIGINT', cancel);
process.on('SIGTERM', cancel);
process.on('disconnect', cancel);
process.on('uncaughtException', (error) => {
  log(error);
  void finish({ type: 'failed', error: toErrorShape(error) });
});

process.once('message', (task) => {
  process.on('message', (raw) => {
    const command = workerCommand.safeParse(raw);
    if (!command.success) return;
    switch (command.data.type) {
      case 'latent-ask':
        questions.put(command.data);
        return;
      case 'cancel':
        mayGoOn = false;
        cancel();
        return;
      case 'interrupt':
        cancel();
    }
  });
  void work(task);
});
