/** `doppel evidence suspects | release`: synthetic scans that are held back as suspected copies of training scans. */
import { userInfo } from 'node:os';
import { Argument, type Command } from 'commander';
import type { ShownCopy } from '#contract/evidence/quarantine.ts';
import { jsonOption, projectOption, type ProjectFlags } from '../flags.ts';
import { formatTable, formatTime, printJson, printText } from '../output.ts';

interface ReleaseFlags extends ProjectFlags {
  readonly reason: string;
  readonly by?: string;
}

const loadParts = () => Promise.all([import('../session.ts'), import('../chooseProject.ts')]);

function describeCopies(copies: readonly ShownCopy[]): string {
  if (copies.length === 0) return 'No synthetic scan of the project is a suspected copy.';
  const rows = copies.map(({ id, name, nearest, similarity, limit, release }) => [
    id, name, nearest, similarity.toFixed(3), limit.toFixed(3),
    release === null ? 'held back' : `released ${formatTime(release.at)} by ${release.by}: ${release.reason}`,
  ]); // prettier-ignore
  return formatTable([['copy', 'synthetic scan', 'training scan', 'likeness', 'limit', ''], ...rows]);
}

async function suspects(flags: ProjectFlags): Promise<void> {
  const [{ withSession }, { chooseProject }] = await loadParts();
  const copies = await withSession(({ call }) => call('evidence.suspects', { project: chooseProject(flags) }));
  if (flags.json === true) printJson({ copies });
  else printText(describeCopies(copies));
}

async function release(id: string, flags: ReleaseFlags): Promise<void> {
  const [{ withSession }, { chooseProject }] = await loadParts();
  const by = flags.by ?? userInfo().username;
  const copy = await withSession(({ call }) =>
    call('evidence.release', { project: chooseProject(flags), id, by, reason: flags.reason }),
  );
  if (flags.json === true) printJson({ copy });
  else printText(`${copy.id} (${copy.name}) may be handed out now. On record: ${by}, ${flags.reason}`);
}

export function addSuspectCommands(program: Command): void {
  const group = program
    .command('evidence')
    .description('synthetic scans that are held back as suspected copies of training scans');

  group
    .command('suspects')
    .description('list suspected copies, the newest first, and what was released')
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel evidence suspects --project ageing')
    .action((flags: ProjectFlags) => suspects(flags));

  group
    .command('release')
    .description('let a suspected copy go after somebody has looked at it; name and reason stay on record')
    .addArgument(new Argument('<copy>', 'its id'))
    .addOption(projectOption())
    .requiredOption('--reason <text>', 'why it is no copy, or why it may go all the same')
    .option('--by <name>', 'who decides; default: the name of the account')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel evidence release copy-1f2e3d4c --project ageing --by "A. Reader" --reason "Other gyri, seen side by side"',
    )
    .action((id: string, flags: ReleaseFlags) => release(id, flags));
}
