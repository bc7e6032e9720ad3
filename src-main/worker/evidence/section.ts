/** A section of an evidence report: what it is handed, and what it gives back. */
import type { Verdict } from '#contract/evidence/figure.ts';
import type { EvidenceReport } from '#contract/evidence/report.ts';
import type { EvidenceScans, SectionHooks } from '#shared/evidence/scans.ts';
import type { Section } from '#shared/report/building.ts';

export interface SectionOptions {
  readonly seed: number;
  /** Of the project, where what was trained for a report may be kept for the next. */
  readonly cacheDir: string;
  /** Whose scans the real ones are, in words. */
  readonly split: string;
}

/** What a section found: its part of the report, and of the page. */
export interface SectionFound {
  readonly result: EvidenceReport['sections'];
  readonly verdict: Verdict;
  readonly part: Section;
}

export type MeasureSection = (
  scans: EvidenceScans,
  options: SectionOptions,
  hooks: SectionHooks,
) => Promise<SectionFound>;
