import { describe, expect, it } from 'vitest';
import { writeEvaluationReport } from '#worker/evaluationReport.ts';
import { exampleReport, exampleScans } from './exampleEvaluation.ts';

describe('the report of an evaluation', () => {
  it('fetches nothing, runs nothing and holds no number that is none', () => {
    for (const count of [1, 2, 8]) {
      const html = writeEvaluationReport(exampleReport(exampleScans(count, 1)), []);
      expect(html).not.toMatch(/<script|<link|@import|https?:|NaN|Infinity|undefined/);
    }
  });

  it('states N, the intervals, p and its correction, the reference and the split', () => {
    const html = writeEvaluationReport(exampleReport(exampleScans(8)), []);
    for (const words of ['Median over 8 scans', 'Holm', '0.0313', 'Reference: the scan itself', 'Held-out scans'])
      expect(html).toContain(words);
  });

  it('shows names from files as text', () => {
    const scans = exampleScans(3).map((scan) => ({ ...scan, source: '<b>"x' }));
    expect(writeEvaluationReport(exampleReport(scans), [])).not.toContain('<b>');
  });
});
