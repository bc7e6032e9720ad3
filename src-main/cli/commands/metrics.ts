/** `doppel metrics`: the usual figures of one pair of scans. */
import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import type { PairMetrics } from '#contract/evidence/pair.ts';
import { jsonOption, path, positiveNumber, type CommonFlags } from '../flags.ts';
import { formatTable, printJson, printText, say } from '../output.ts';

interface MetricsFlags extends CommonFlags {
  readonly dataRange?: number;
}

const show = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(6))));

function describeMetrics(metrics: PairMetrics): string {
  const { psnr, ssim, ssimUniform, msSsim, scales, nrmse, ncc, mse, mae, dataRange, voxels } = metrics;
  return formatTable([
    ['PSNR', psnr === null ? 'no error at all' : `${show(psnr)} dB`],
    ['SSIM', `${show(ssim)} (Gaussian window, 11 wide, σ 1.5)`],
    ['SSIM', `${show(ssimUniform)} (uniform window, 7 wide, sample covariances)`],
    ['MS-SSIM', `${show(msSsim)} (${String(scales)} of 5 scales)`],
    ['NRMSE', show(nrmse)],
    ['NCC', show(ncc)],
    ['MSE', show(mse)],
    ['MAE', show(mae)],
    ['data range', show(dataRange)],
    ['voxels', String(voxels)],
  ]);
}

async function compare(reference: string, result: string, flags: MetricsFlags): Promise<void> {
  const { withSession } = await import('../session.ts');
  const input = { reference: resolve(reference), result: resolve(result), dataRange: flags.dataRange ?? null };
  const metrics = await withSession(({ call }) => call('scan.compare', input));
  for (const warning of metrics.warnings) say(`doppel: ${warning}`);
  if (flags.json === true) printJson(metrics);
  else printText(describeMetrics(metrics));
}

export function addMetricsCommand(program: Command): void {
  program
    .command('metrics')
    .description('compare two scans on one grid voxel by voxel: PSNR, SSIM, MS-SSIM, NRMSE, NCC over all voxels')
    .addArgument(new Argument('<reference>', 'the scan to compare with').argParser(path))
    .addArgument(new Argument('<result>', 'the scan to judge').argParser(path))
    .addOption(
      new Option(
        '--data-range <L>',
        'the range of intensities that PSNR and SSIM count by; else that of the reference',
      ).argParser(positiveNumber),
    )
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel metrics scan.nii.gz network.nii.gz --data-range 1000')
    .action(compare);
}
