/**
 * While a reader judges the scans of a study, the window fills the screen and gets nothing else: calls but those of
 * reading are refused, events are not told, files but those of trials are not served. What could tell a scan's truth is
 * so out of the page's reach, whatever the page does.
 */
import type { CommandName } from '#contract/commands.ts';
import type { FileKind, ShellCommandName } from '#contract/shell.ts';

const allowedCalls: ReadonlySet<string> = new Set<CommandName | ShellCommandName>([
  'study.unlockReader',
  'study.next',
  'study.answer',
  'study.event',
  'shell.setReading',
]);
const allowedFiles: ReadonlySet<string> = new Set<FileKind>(['trial']);

export interface ReadingMode {
  isOn(): boolean;
  set(isOn: boolean): void;
  allowsCall(name: string): boolean;
  allowsFile(kind: string): boolean;
}

export function createReadingMode(): ReadingMode {
  let current = false;
  return {
    isOn: () => current,
    set: (isOn) => {
      current = isOn;
    },
    allowsCall: (name) => !current || allowedCalls.has(name),
    allowsFile: (kind) => !current || allowedFiles.has(kind),
  };
}
