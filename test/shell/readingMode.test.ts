import { expect, test } from 'vitest';
import { commands } from '#contract/commands.ts';
import { fileKinds, shellCommands } from '#contract/shell.ts';
import { createReadingMode } from '../../src-main/shell/readingMode.ts';

const everything = [...Object.keys(commands), ...Object.keys(shellCommands)];

test('while a reader is at work, only what reading takes goes through; before and after, everything', () => {
  const mode = createReadingMode();
  expect(everything.filter((name) => !mode.allowsCall(name))).toEqual([]);
  mode.set(true);
  expect(everything.filter((name) => mode.allowsCall(name)).sort()).toEqual(
    ['shell.setReading', 'study.answer', 'study.event', 'study.next', 'study.unlockReader'], // prettier-ignore
  );
  expect(fileKinds.filter((kind) => mode.allowsFile(kind))).toEqual(['trial']);
  mode.set(false);
  expect(fileKinds.filter((kind) => !mode.allowsFile(kind))).toEqual([]);
});
