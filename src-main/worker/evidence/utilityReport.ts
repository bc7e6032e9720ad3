/** The report on the use of synthetic scans as one HTML file. */
import type { UtilityReport } from '#contract/evidence/utility.ts';
import { escapeHtml, page } from '#shared/report/html.ts';
import { utilitySection } from './utilitySection.ts';

/** It needs no other file. */
export function writeUtilityReport(report: UtilityReport): string {
  const { dataset, synthetic } = report;
  const lead = `Segmentation networks trained on scans of ${dataset.name} with and without ${String(synthetic.scans)} synthetic ones, tested on real scans by subject.`;
  return page(
    'Doppel: use of synthetic scans',
    `<h1>Use: do synthetic scans help a segmentation?</h1>
<p class="lead">${escapeHtml(lead)}</p>
${utilitySection(report)}
<footer>Written by Doppel ${escapeHtml(report.doppel)} on ${escapeHtml(report.createdAt)}.</footer>`,
  );
}
