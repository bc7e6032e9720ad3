import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openBackend } from '../openBackend.ts';
import { exampleProject, exampleStudy } from './exampleStudy.ts';

const script = fileURLToPath(new URL('answerUntilKilled.ts', import.meta.url));

/** Ends the reading process without warning once it has confirmed `after` answers; all that it confirmed. */
function readUntilKilled(project: string, study: string, after: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [script, project, study], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > after) child.kill('SIGKILL');
  });
  return new Promise((resolve) => {
    child.once('close', () => {
      resolve(said.split('\n').filter((line) => line !== ''));
    });
  });
}

test('a reading that is killed loses no confirmed answer, and goes on where it stopped', { timeout: 180_000 }, async () => {
  const backend = openBackend();
  const example = await exampleProject(backend, 12);
  const { id } = await exampleStudy(backend, example, { trials: 24, repeats: 12 });
  await backend.close();
  let confirmed = 0;
  for (const after of [1, 4, 9]) {
    confirmed += (await readUntilKilled(example.project, id, after)).length;
    const later = openBackend();
    expect(await later.call('study.verify', { project: example.project, study: id })).toMatchObject({ ok: true });
    const { readers } = await later.call('study.show', { project: example.project, study: id });
    const answered = readers[0]?.answered ?? 0;
    // One more may be on the disk than it had time to say.
    expect(answered - confirmed).toBeGreaterThanOrEqual(0);
    expect(answered - confirmed).toBeLessThanOrEqual(1);
    confirmed = answered;
    await later.close();
  }
  expect(confirmed).toBeGreaterThanOrEqual(14);
}); // prettier-ignore
