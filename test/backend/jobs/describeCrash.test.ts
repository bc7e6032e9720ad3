import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeCrash } from '#backend/jobs/describeCrash.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const end = { final: null, exitCode: null, signal: 'SIGKILL', wasKilled: false } as const;
const startLine =
  'I0000 port.cc:153] oneDNN custom operations are on. You may see slightly different numerical results.';

test('what the engine says at every start is not taken for the last words of a crash', () => {
  const log = join(temporaryFolder(), 'log.txt');
  writeFileSync(log, `${startLine}\n`);
  expect(describeCrash(end, log, 'Resume continues.').message).not.toContain('last words');
  writeFileSync(log, `${startLine}\nIllegal instruction\n`);
  expect(describeCrash(end, log, '').message).toMatch(/Its last words: Illegal instruction$/);
});
