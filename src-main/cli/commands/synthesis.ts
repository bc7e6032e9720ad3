/** `doppel synthesize` and `doppel phantom`: scans that nobody was in the scanner for. */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { JobDetail } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { isSetAside } from '#contract/evidence/quarantine.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import {
  jsonOption,
  path,
  positiveNumber,
  projectOption,
  seedOption,
  wholeNumber,
  type ProjectFlags,
} from '../flags.ts';
import { formatTable, printJson, printText } from '../output.ts';

interface SynthesizeFlags extends ProjectFlags {
  readonly checkpoint: string;
  readonly count?: number;
  readonly seed: number;
  readonly out?: string;
  readonly truncation: number;
  readonly label?: string;
  readonly checkCopies: boolean;
  readonly mark: boolean;
  readonly latents?: string;
  readonly raw?: string;
}

interface PhantomFlags extends ProjectFlags {
  readonly count: number;
  readonly seed: number;
  readonly out: string;
}

function truncation(text: string): number {
  const value = positiveNumber(text);
  if (value > 2) throw new InvalidArgumentError('Give a number above 0 and up to 2.');
  return value;
}

const countOption = (): Option => new Option('--count <number>', 'how many').argParser(wholeNumber(1));

interface SynthesisDocument {
  readonly volumes: readonly { readonly path: string; readonly seed: number | null }[];
  /** Set aside: see `doppel evidence suspects`. */
  readonly suspectedCopies: readonly { readonly path: string; readonly seed: number | null }[];
  readonly contactSheets: readonly string[];
  readonly job: JobDetail['job'];
}

/** `artifacts` have absolute paths. */
function synthesisDocument({ job, artifacts }: JobDetail): SynthesisDocument {
  const scans = artifacts.filter(({ kind }) => kind === 'synthetic-volume').map(({ path, seed }) => ({ path, seed }));
  return {
    volumes: scans.filter(({ path }) => !isSetAside(path)),
    suspectedCopies: scans.filter(({ path }) => isSetAside(path)),
    contactSheets: artifacts.filter(({ kind }) => kind === 'contact-sheet').map(({ path }) => path),
    job,
  };
}

/** Scans for people; for checks and scripts, what the network makes of given codes. */
async function synthesize(flags: SynthesizeFlags, endWith: EndWith): Promise<void> {
  const { count, out, latents, raw } = flags;
  if (latents !== undefined && raw !== undefined && count === undefined && out === undefined)
    return render(flags, { latents, raw }, endWith);
  if (latents === undefined && raw === undefined && count !== undefined && out !== undefined)
    return synthesizeScans(flags, { count, out }, endWith);
  throw new AppError('usage', 'Give --count and --out for scans, or --latents and --raw for what the network makes of given codes.'); // prettier-ignore
}

async function render(
  flags: SynthesizeFlags,
  { latents, raw }: { readonly latents: string; readonly raw: string },
  endWith: EndWith,
): Promise<void> {
  const [{ withSession }, { chooseProject }, { reportEnd }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const checkpoint = flags.checkpoint === 'latest' ? null : flags.checkpoint;
    const out = resolve(raw);
    const asked = { project, checkpoint, latents: resolve(latents), out };
    const detail = await follow(project, await call('checkpoint.render', asked));
    endWith(exitCodeOfJob(detail.job.state));
    if (detail.job.state !== 'succeeded') reportEnd(detail, { project, isJson });
    else if (isJson) printJson({ raw: out, job: detail.job });
    else printText(`Wrote the network's output to ${out}`);
  });
}

async function synthesizeScans(
  flags: SynthesizeFlags,
  { count, out }: { readonly count: number; readonly out: string },
  endWith: EndWith,
): Promise<void> {
  const [{ withSession }, { chooseProject }, { jobDocument, reportEnd }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  const { seed, truncation: factor, label, mark } = flags;
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const checkpoint = flags.checkpoint === 'latest' ? null : flags.checkpoint;
    const detail = await follow(
      project,
      await call('checkpoint.synthesize', {
        project,
        checkpoint,
        count,
        seed,
        truncation: factor,
        ...(label === undefined ? {} : { label }),
        checkCopies: flags.checkCopies,
        ...(mark ? {} : { mark: false }),
        out: resolve(out),
      }),
    );
    endWith(exitCodeOfJob(detail.job.state));
    if (detail.job.state !== 'succeeded') {
      reportEnd(detail, { project, isJson });
      return;
    }
    const document = synthesisDocument(jobDocument(project, detail));
    if (isJson) {
      printJson(document);
      return;
    }
    const rows = document.volumes.map(({ path, seed: own }) => [path, own === null ? '' : String(own)]);
    const sheets = document.contactSheets.map((path) => `\nContact sheet: ${path}`).join('');
    printText(`${formatTable([['volume', 'seed'], ...rows])}\n${sheets}`.trimEnd());
  });
}

async function makePhantoms(flags: PhantomFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }, { reportEnd }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const out = resolve(flags.out);
    const detail = await follow(
      project,
      await call('phantom.create', { project, count: flags.count, seed: flags.seed, out }),
    );
    endWith(exitCodeOfJob(detail.job.state));
    if (detail.job.state !== 'succeeded') reportEnd(detail, { project, isJson });
    else if (isJson) printJson({ folder: out, count: flags.count, job: detail.job });
    else printText(`Made ${String(flags.count)} phantoms in ${out}`);
  });
}

const outOption = (): Option => new Option('--out <folder>', 'where the files go').argParser(path);

export function addSynthesisCommands(program: Command, endWith: EndWith): void {
  program
    .command('synthesize')
    .description('draw synthetic scans from a trained network, as NIfTI files marked SYNTHETIC')
    .addOption(projectOption())
    .option('--checkpoint <id>', 'the trained state to draw from; latest: the newest of the project', 'latest')
    .addOption(countOption())
    .addOption(seedOption())
    .addOption(outOption())
    .addOption(
      new Option('--truncation <factor>', 'below 1: nearer to the average, less varied')
        .argParser(truncation)
        .default(1),
    )
    .option('--label <value>', 'of a conditional network: the value of its column; otherwise each scan has one drawn')
    .option(
      '--no-check-copies',
      'do not look whether the scans are copies of training scans; suspected ones lie apart otherwise',
    )
    .option(
      '--no-mark',
      "leave the project's mark out of the voxels: provenance check knows such scans by hash and header alone",
    )
    .addOption(jsonOption())
    .addOption(
      new Option(
        '--latents <file>',
        'codes to use, [n, latent] as .npy; with --raw, in place of --count and --out',
      ).argParser(path),
    )
    .addOption(
      new Option('--raw <file>', "the network's own output, [n, d, h, w, 1] in [-1, 1], as a new .npy file").argParser(
        path,
      ),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  doppel synthesize --project ageing --count 8 --seed 1 --out synthetic\n  doppel synthesize --project ageing --latents codes.npy --raw volumes.npy',
    )
    .action((flags: SynthesizeFlags) => synthesize(flags, endWith));

  program
    .command('phantom')
    .description('make a cohort of procedural brain phantoms to try things out with')
    .addOption(projectOption())
    .addOption(countOption().makeOptionMandatory())
    .addOption(seedOption())
    .addOption(outOption().makeOptionMandatory())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel phantom --project ageing --count 20 --seed 1 --out phantoms')
    .action((flags: PhantomFlags) => makePhantoms(flags, endWith));
}
