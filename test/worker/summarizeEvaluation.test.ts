import { describe, expect, it } from 'vitest';
import { evaluationReport } from '#contract/evaluation.ts';
import { summarizeEvaluation } from '#worker/summarizeEvaluation.ts';
import { exampleReport, exampleScans } from './exampleEvaluation.ts';

const testOf = (found: ReturnType<typeof summarizeEvaluation>, measure: string, baseline: string, method = 'network') =>
  found.tests.find((test) => test.measure === measure && test.baseline === baseline && test.method === method);

describe('the summary of an evaluation', () => {
  it('is a report that parses, the same for the same seed', () => {
    const report = exampleReport(exampleScans(8, 4));
    expect(evaluationReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(exampleReport(exampleScans(8, 4))).toEqual(report);
  });

  it('calls a gain on every scan better, whether more or less of a measure is good', () => {
    const found = summarizeEvaluation(exampleScans(8), 1);
    // All eight agree: p = 2 / 2⁸, and all four baselines alike, so Holm’s correction multiplies by four.
    for (const measure of ['psnr', 'ssim', 'nrmse', 'hfen'])
      expect(testOf(found, measure, 'cubic')).toMatchObject({ n: 8, p: 2 / 256, pHolm: 8 / 256, verdict: 'better' });
    expect(testOf(found, 'psnr', 'cubic')?.medianDifference).toBeGreaterThan(0);
    expect(testOf(found, 'nrmse', 'cubic')?.rankBiserial).toBe(-1);
  });

  it('decides nothing of few scans, however large the gain', () => {
    const found = summarizeEvaluation(exampleScans(4), 1);
    expect(found.tests.filter(({ verdict }) => verdict !== 'undecided')).toEqual([]);
    expect(testOf(found, 'psnr', 'nearest')).toMatchObject({ p: 2 / 16 });
  });

  it('does not count the zeros of an interpolation as freedom from checkerboards', () => {
    expect(testOf(summarizeEvaluation(exampleScans(8), 1), 'checkerboard', 'cubic')?.medianDifference).toBeCloseTo(0.1);
  });

  it('compares with and without back-projection', () => {
    expect(testOf(summarizeEvaluation(exampleScans(8), 1), 'psnr', 'network', 'network-projected')).toBeDefined();
  });

  it('leaves out a value that a scan does not have, from that measure alone', () => {
    const scans = exampleScans(8).map((scan, index) => ({
      ...scan,
      methods: scan.methods.map((result) => (index === 0 ? { ...result, psnr: null } : result)),
    }));
    const found = summarizeEvaluation(scans, 1);
    expect(testOf(found, 'psnr', 'cubic')?.n).toBe(7);
    expect(testOf(found, 'ssim', 'cubic')?.n).toBe(8);
  });

  it('sets tissue volumes against the true scan, and against label maps where there are some', () => {
    const { agreement } = summarizeEvaluation(exampleScans(8, 5), 1);
    const of = (reference: string) => agreement.find((entry) => entry.reference === reference && entry.method === 'network'); // prettier-ignore
    expect(of('truth')).toMatchObject({ n: 8, blandAltman: { n: 8 }, icc: { n: 8, raters: 2 } });
    expect(of('labels')).toMatchObject({ n: 5 });
    expect(summarizeEvaluation(exampleScans(2), 1).agreement[0]).toMatchObject({ n: 2, blandAltman: null, icc: null });
  });
});
