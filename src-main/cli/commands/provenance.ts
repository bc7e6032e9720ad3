/** `doppel provenance …`: where files come from, and what goes with a model, a dataset or a study when it is passed on. */
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import type { FileProvenance } from '#contract/evidence/provenance.ts';
import { exitCodes, type EndWith } from '../exitCodes.ts';
import { jsonOption, path, projectOption, type ProjectFlags } from '../flags.ts';
import { printJson, printText } from '../output.ts';

const collectPaths = (text: string, earlier: readonly string[] = []): readonly string[] => [...earlier, path(text)];

const describeFiles = (files: readonly FileProvenance[]): string =>
  files.map((file) => `${file.path}\n  ${file.words}`).join('\n');

/** Without a project, named or in the current folder, headers alone are looked at. */
async function check(files: readonly string[], flags: ProjectFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject, projectHere }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  const project = flags.project === undefined ? projectHere() : chooseProject(flags);
  const request = { project, files: files.map((file) => resolve(file)) };
  const found = await withSession(({ call }) => call('provenance.check', request));
  if (found.some(({ verdict }) => verdict === 'unreadable')) endWith(exitCodes.failure);
  if (flags.json === true) printJson(found);
  else printText(describeFiles(found));
}

export function addProvenanceCommands(program: Command, endWith: EndWith): void {
  const group = program
    .command('provenance')
    .description('where files come from; model cards, datasheets, and a study as one file');

  group
    .command('check')
    .description('tell of scans whether a project made them: by header, by hash, and by its mark in the voxels')
    .addArgument(new Argument('<file...>', 'scans').argParser(collectPaths))
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel provenance check found.nii.gz --project ageing')
    .action((files: readonly string[], flags: ProjectFlags) => check(files, flags, endWith));
}
