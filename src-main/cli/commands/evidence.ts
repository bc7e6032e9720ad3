/** `doppel evaluate`: do synthetic scans look like real ones, are they varied, are they copies? */
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { JobDetail } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { Figure } from '#contract/evidence/figure.ts';
import type { LikenessMeasure } from '#contract/evidence/likeness.ts';
import type { EvidenceReport } from '#contract/evidence/report.ts';
import { evidenceSection, smallestEvidenceGrid, type EvidenceSection } from '#contract/evidence/request.ts';
import { anatomyLines } from '../anatomyText.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import { jsonOption, path, projectOption, seedOption, wholeNumber, type ProjectFlags } from '../flags.ts';
import { formatTable, printJson, printText, say } from '../output.ts';
import type { Session } from '../session.ts';

interface EvaluateFlags extends ProjectFlags {
  readonly real: string;
  readonly synthetic: string;
  readonly train?: string;
  readonly grid?: number;
  readonly sections: readonly EvidenceSection[];
  readonly seed: number;
  readonly out?: string;
}

function sectionList(text: string): readonly EvidenceSection[] {
  const known = evidenceSection.options;
  const asked = text.split(',').map((name) => name.trim());
  const chosen = known.filter((name) => asked.includes(name));
  if (chosen.length !== asked.length)
    throw new InvalidArgumentError(`Name some of ${known.join(', ')}, with commas between them.`);
  return chosen;
}

const show = (of: Figure | null): string => {
  const value = of?.value ?? null;
  if (of === null || value === null) return '–';
  const digits = (number: number): string => number.toPrecision(3);
  return of.low === null || of.high === null
    ? digits(value)
    : `${digits(value)} [${digits(of.low)}, ${digits(of.high)}]`;
};

const measureRow = ({ name, extractor, synthetic, floor, real, meanBrain, pcaGaussian, p }: LikenessMeasure): string[] => [
  name, extractor ?? 'voxels', `${show(synthetic)}${p === null ? '' : ` p ${p.toPrecision(2)}`}`, show(real ?? floor), show(meanBrain), show(pcaGaussian),
]; // prettier-ignore

function describeReport({ sets, verdicts, warnings, excluded, sections, grid }: EvidenceReport): string {
  const counts = `${String(sets.synthetic.n)} synthetic scans against ${String(sets.real.n)} real ones (${sets.real.words}), ${String(grid.side)}³ voxels of ${grid.spacingMm.toPrecision(3)} mm.`;
  const rows = sections.likeness?.measures.map(measureRow) ?? [];
  const head = ['measure', 'of', 'synthetic', 'floor or real', 'mean brain', 'PCA–Gaussian'];
  return [
    ...verdicts.map(({ section, words }) => `${section}: ${words}`),
    ...warnings.map((text) => `Warning: ${text}`),
    ...excluded.map(({ file, role, reason }) => `Left out of the ${role} scans: ${file}: ${reason}`),
    counts,
    ...(rows.length === 0 ? [] : ['', formatTable([head, ...rows])]),
    ...(sections.anatomy === undefined ? [] : anatomyLines(sections.anatomy)),
  ].join('\n');
}

/** Artifacts with absolute paths. */
const reportFiles = ({ artifacts }: JobDetail): readonly string[] =>
  artifacts.filter(({ kind }) => kind === 'report').map((artifact) => artifact.path);

/** A folder by its separators, or as it is there; else the name of a dataset. */
const isFolder = (text: string): boolean =>
  /[/\\]/.test(text) || statSync(text, { throwIfNoEntry: false })?.isDirectory() === true;

async function evaluateIn(
  project: string,
  flags: EvaluateFlags,
  { call, follow, endWith, isKept }: Session & { readonly endWith: EndWith; readonly isKept: boolean },
): Promise<void> {
  const { jobDocument, reportEnd } = await import('../reportJob.ts');
  const isJson = flags.json === true;
  const job = await call('evidence.evaluate', {
    project,
    real: isFolder(flags.real) ? { folder: resolve(flags.real) } : { dataset: flags.real },
    synthetic: resolve(flags.synthetic),
    training: flags.train === undefined ? null : resolve(flags.train),
    grid: flags.grid ?? null,
    sections: [...flags.sections],
    out: flags.out === undefined ? null : resolve(flags.out),
    seed: flags.seed,
  });
  const detail = jobDocument(project, await follow(project, job));
  endWith(exitCodeOfJob(detail.job.state));
  if (detail.job.state !== 'succeeded') {
    reportEnd(detail, { project, isJson });
    return;
  }
  const found = (await call('evidence.list', { project })).find((evidence) => evidence.job === detail.job.id);
  if (found === undefined) throw new AppError('internal', 'The evaluation ended well but left no report.');
  const files = reportFiles(detail).filter((file) => isKept || !file.startsWith(project));
  if (isJson) printJson({ ...found.report, reports: files, job: detail.job });
  else printText([describeReport(found.report), '', ...files.map((file) => `Report: ${file}`)].join('\n').trimEnd());
  if (files.length === 0) say('doppel: Nothing was kept. Give --out FOLDER for the report as a page and as JSON.');
}

/** In the project that was named, or in one that is gone afterwards: reports of plain folders need none. */
async function evaluate(flags: EvaluateFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  if (flags.project !== undefined || !isFolder(flags.real)) {
    const project = chooseProject(flags);
    await withSession((session) => evaluateIn(project, flags, { ...session, endWith, isKept: true }));
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'doppel-evidence-'));
  const project = join(folder, 'Evidence.doppel');
  try {
    await withSession(async (session) => {
      await session.call('project.create', { project });
      await evaluateIn(project, flags, { ...session, endWith, isKept: false });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function addEvidenceCommand(program: Command, endWith: EndWith): void {
  program
    .command('evaluate')
    .description('measure synthetic scans against real ones: likeness, anatomy, privacy; any folders, or a dataset')
    .addOption(
      new Option('--real <folder or dataset>', 'real scans: a folder, or a dataset of the project (its held-out scans)')
        .argParser(path)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--synthetic <folder>', 'synthetic scans').argParser(path).makeOptionMandatory())
    .addOption(
      new Option(
        '--train <folder>',
        'scans that the generator was trained on; of a dataset, its training scans if not given',
      ).argParser(path),
    )
    .addOption(projectOption())
    .addOption(
      new Option('--grid <voxels>', 'voxels a side to compare at; else those of the scans, or 64').argParser(
        wholeNumber(smallestEvidenceGrid),
      ),
    )
    .addOption(
      new Option('--sections <names>', `some of ${evidenceSection.options.join(',')}`)
        .argParser(sectionList)
        .default([...evidenceSection.options]),
    )
    .addOption(seedOption())
    .addOption(new Option('--out <folder>', 'write the report here too').argParser(path))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  doppel evaluate --real scans --synthetic synthetic --out evidence\n  doppel evaluate --project ageing --real adults --synthetic synthetic',
    )
    .action((flags: EvaluateFlags) => evaluate(flags, endWith));
}
