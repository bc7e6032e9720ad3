/** `doppel provenance …`: where files come from, and what goes with a model, a dataset or a study when it is passed on. */
import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import type { FileProvenance, WrittenDocument } from '#contract/evidence/provenance.ts';
import { exitCodeOfJob, exitCodes, type EndWith } from '../exitCodes.ts';
import { jsonOption, path, projectOption, type CommonFlags, type ProjectFlags } from '../flags.ts';
import { printJson, printText } from '../output.ts';

const loadParts = () => Promise.all([import('../session.ts'), import('../chooseProject.ts')]);

const collectPaths = (text: string, earlier: readonly string[] = []): readonly string[] => [...earlier, path(text)];

const describeFiles = (files: readonly FileProvenance[]): string =>
  files.map((file) => `${file.path}\n  ${file.words}`).join('\n');

/** Without a project, named or in the current folder, headers alone are looked at. */
async function check(files: readonly string[], flags: ProjectFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject, projectHere }] = await loadParts();
  const project = flags.project === undefined ? projectHere() : chooseProject(flags);
  const request = { project, files: files.map((file) => resolve(file)) };
  const found = await withSession(({ call }) => call('provenance.check', request));
  if (found.some(({ verdict }) => verdict === 'unreadable')) endWith(exitCodes.failure);
  if (flags.json === true) printJson(found);
  else printText(describeFiles(found));
}

interface OutFlags extends ProjectFlags {
  readonly out: string;
}

const outOption = (what: string): Option => new Option('--out <path>', what).argParser(path).makeOptionMandatory();

function showDocument({ markdown, html, open }: WrittenDocument, { json }: CommonFlags): void {
  if (json === true) printJson({ markdown, html, open });
  else printText(`Wrote ${markdown} and ${html}. Places to be filled in by hand: ${String(open)}.`);
}

function addDocuments(group: Command): void {
  group
    .command('card')
    .description('the model card of a training, filled in as far as the project knows (Markdown and HTML)')
    .addOption(projectOption())
    .option('--job <id>', 'the training; the newest one if not given')
    .addOption(outOption('the folder for the two files'))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel provenance card --project ageing --out documents')
    .action(async (flags: OutFlags & { readonly job?: string }) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const request = { project: chooseProject(flags), job: flags.job ?? null, out: resolve(flags.out) };
      showDocument(await withSession(({ call }) => call('provenance.card', request)), flags);
    });

  group
    .command('datasheet')
    .description('the datasheet of a dataset, filled in as far as the project knows (Markdown and HTML)')
    .addOption(projectOption())
    .requiredOption('--dataset <name>', 'the dataset')
    .addOption(outOption('the folder for the two files'))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel provenance datasheet --project ageing --dataset adults --out documents')
    .action(async (flags: OutFlags & { readonly dataset: string }) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const request = { project: chooseProject(flags), dataset: flags.dataset, out: resolve(flags.out) };
      showDocument(await withSession(({ call }) => call('provenance.datasheet', request)), flags);
    });
}

interface BundleFlags extends OutFlags {
  readonly withWeights?: true;
  readonly withSynthetic?: true;
}

async function bundle(flags: BundleFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }, { reportEnd }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const out = resolve(flags.out);
    const asked = {
      project,
      out,
      withWeights: flags.withWeights === true,
      withSynthetic: flags.withSynthetic === true,
    };
    const detail = await follow(project, await call('provenance.bundle', asked));
    endWith(exitCodeOfJob(detail.job.state));
    if (detail.job.state !== 'succeeded') reportEnd(detail, { project, isJson });
    else if (isJson) printJson({ bundle: out, sha256: detail.artifacts[0]?.sha256 ?? null, job: detail.job });
    else printText(`Wrote ${out}. Look through it before it is passed on.`);
  });
}

async function open(
  typed: string,
  flags: CommonFlags & { readonly out: string; readonly repeat?: true },
): Promise<void> {
  const [{ withSession }, { projectPath }] = await loadParts();
  const request = { path: resolve(typed), project: projectPath(flags.out) };
  const opened = await withSession(({ call }) => call('provenance.open', request));
  if (flags.json === true) {
    printJson(opened);
    return;
  }
  const data = opened.datasets.map(({ name, fingerprint }) => `Dataset "${name}", fingerprint ${fingerprint}`);
  const repeat = flags.repeat === true ? ['', 'To do it again, with the same scans in the folder SCANS:', ...opened.repeat] : []; // prettier-ignore
  printText([`Made ${opened.project}: ${String(opened.files)} files, all as their checksums say.`, ...data, ...repeat].join('\n')); // prettier-ignore
}

function addBundles(group: Command, endWith: EndWith): void {
  group
    .command('bundle')
    .description(
      'a study as one zip: settings, splits, logs, measures, figures, reports, statistics; no scans of persons',
    )
    .addOption(projectOption())
    .addOption(outOption('the .zip file to be made'))
    .option('--with-weights', 'the trained networks too')
    .option('--with-synthetic', 'the synthetic scans too')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel provenance bundle --project ageing --out ageing-study.zip --with-weights',
    )
    .action((flags: BundleFlags) => bundle(flags, endWith));

  group
    .command('open')
    .description('check the bundle of a study and make a project of it, to look at and to do again')
    .addArgument(new Argument('<bundle>', 'the .zip file').argParser(path))
    .addOption(outOption('the project to be made; .doppel is added if missing'))
    .option('--repeat', 'print the commands that do the study again')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel provenance open ageing-study.zip --out ageing-copy --repeat')
    .action(open);
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

  addDocuments(group);
  addBundles(group, endWith);
}
