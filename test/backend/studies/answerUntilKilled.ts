/** A process that answers trials of a study as fast as it can, and prints each one once it is confirmed: `PROJECT STUDY`. */
import { createBackend } from '#backend/createBackend.ts';
import { exampleAnswer } from './exampleAnswer.ts';

const [, , project = '', study = ''] = process.argv;
const backend = createBackend({ onEvent: () => undefined });
const asked = { project, study, reader: 'a' };

for (;;) {
  const next = await backend.dispatch('study.next', asked);
  if (!next.ok || 'done' in next.value) break;
  const { trialId } = next.value;
  const kept = await backend.dispatch('study.answer', { ...asked, trial: trialId, answer: exampleAnswer() });
  if (kept.ok) process.stdout.write(`${trialId}\n`);
}
