/** A second process with a backend, for tests: does what its arguments say, prints what it has done, and waits. */
import { createBackend } from '#backend/createBackend.ts';

const [project = '', what = 'hold', out = ''] = process.argv.slice(2);
const say = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};
const backend = createBackend({
  onEvent: (event) => {
    if (event.type === 'job.changed')
      say({ id: event.job.id, state: event.job.state, done: event.job.progress?.done ?? 0 });
  },
});
if (what === 'hold') say(await backend.dispatch('project.check', { project }));
else say(await backend.dispatch('phantom.create', { project, count: 500, seed: 1, out }));
setInterval(() => undefined, 1000); // until it is killed
