/**
 * Where a process begins that helps with an import: it is told of the import once, then does one scan after another as it
 * is asked to. It ends when the import's own process does.
 */
import { toErrorShape } from '#contract/errors.ts';
import { framesOf } from './context.ts';
import type { ChildMessage, ParentMessage } from './importPool.ts';
import { openScanWork, type ScanJob, type ScanWork } from './importScan.ts';

let work: ScanWork | null = null;

function say(message: ChildMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function runJob(job: ScanJob): Promise<ChildMessage> {
  if (work === null) throw new Error('A scan was asked for before the import was told of.');
  return { type: 'done', answer: await work.run(job) };
}

async function answer(message: ParentMessage): Promise<void> {
  try {
    if (message.type === 'open') {
      work = await openScanWork(message.setup);
      say({ type: 'ready' });
    } else {
      say(await runJob(message.job));
    }
  } catch (thrown) {
    console.error(['The import failed; its words were shown.', ...framesOf(thrown)].join('\n'));
    say({ type: 'fault', error: toErrorShape(thrown) });
  }
}

// Ctrl-C in a terminal reaches the whole group: the import's own process decides what it means.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (message: ParentMessage) => void answer(message));
