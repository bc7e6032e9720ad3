/** Writes what a closed study found into the project's reports: a page to read, the same as JSON, tables for other programs. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StudyReport } from '#contract/studyCommands.ts';
import { writeStudyReport } from '#shared/report/study/studyReportPage.ts';
import type { Trial } from '#shared/study/trial.ts';
import { reportName, studyReportDir } from '../projects/layout.ts';
import { pictureFile } from './casePictures.ts';
import { writeDurably } from './durableFile.ts';
import { imrmcTable, trialsTable } from './writeTables.ts';

const names = [reportName, 'report.json', 'trials.csv', 'imrmc.csv'] as const;

/** The report with the paths of its files. Its pictures are drawn already. */
export function writeReport(
  projectDir: string,
  found: Omit<StudyReport, 'files'>,
  trials: readonly Trial[],
): StudyReport {
  const folder = studyReportDir(projectDir, found.study.id);
  mkdirSync(folder, { recursive: true });
  const report: StudyReport = { ...found, files: names.map((name) => join(folder, name)) };
  const pictures = new Map(
    report.pictures.map(({ caseId }) => [
      caseId,
      readFileSync(pictureFile(projectDir, report.study.id, caseId)).toString('base64'),
    ]),
  );
  const texts: Readonly<Record<(typeof names)[number], string>> = {
    'report.html': writeStudyReport(report, { pictures, names }),
    'report.json': `${JSON.stringify(report, null, 2)}\n`,
    'trials.csv': trialsTable(trials),
    'imrmc.csv': imrmcTable(trials),
  };
  for (const name of names) writeDurably(join(folder, name), texts[name]);
  return report;
}
