/** The report of a closed reader study as one self-contained page: nothing is fetched, nothing is run. */
import type { StudyReport } from '../../contract/studyCommands.ts';
import { escapeHtml, page } from '../html.ts';
import { agreementSection } from './agreementParts.ts';
import { list, note, paragraph, sectionHtml, type Section } from '../building.ts';
import { casesSection, type PictureFiles } from './cases.ts';
import { checklistSection } from './checklist.ts';
import { confidenceSection } from './confidenceParts.ts';
import { modelSection, timeSection } from './course.ts';
import { header, primaryEndpoint } from './primary.ts';
import { readersSection } from './readers.ts';
import { fairnessSection, registrationSection } from './registration.ts';

const methodsSection = ({ methods }: StudyReport): Section => ({
  id: 'methods',
  title: 'Methods, ready for a paper',
  html: methods.split('\n\n').map(paragraph).join(''),
});

const fileWords: Readonly<Record<string, string>> = {
  'report.html': 'this report',
  'report.json': 'all numbers of this report, and every answer with its truth',
  'trials.csv':
    'one row an answer: reader, case, truth (1: synthetic), score, reaction_ms, session, order, model, repeat',
  'imrmc.csv': 'input of iMRMC (FDA): readerID, caseID, modalityID, score; rows of the reader “truth” hold the truth',
};

/** `files`: names of what is written beside the report. */
function filesSection({ absent }: StudyReport, files: readonly string[]): Section {
  const missing = absent.map(({ statistic, of, reason }) => `${statistic}${of === null ? '' : ` (${of})`}: ${reason}`);
  return {
    id: 'files',
    title: 'Files, and what was not computed',
    html: `${list(files.map((name) => `${name}: ${fileWords[name] ?? 'a part of this report'}`))}
${note('A PDF is printed from this page by Doppel’s window, which writes report.pdf beside it.')}
${missing.length === 0 ? note('Every statistic was computed.') : `${paragraph('The data do not allow:')}${list(missing)}`}`,
  };
}

const contents = (sections: readonly Section[]): string =>
  `<nav aria-label="Contents"><ol>${sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join('')}</ol></nav>`;

export interface ReportFiles {
  readonly pictures: PictureFiles;
  /** Names of what is written beside the report, itself included. */
  readonly names: readonly string[];
}

/** Numbers are those of `report`, with N and source under each table. */
export function writeStudyReport(report: StudyReport, { pictures, names }: ReportFiles): string {
  const sections = [
    primaryEndpoint(report),
    readersSection(report),
    agreementSection(report),
    confidenceSection(report),
    timeSection(report),
    modelSection(report),
    casesSection(report, pictures),
    registrationSection(report),
    fairnessSection(report),
    methodsSection(report),
    checklistSection(report),
    filesSection(report, names),
  ];
  const { study } = report;
  const body = [
    header(report),
    contents(sections),
    ...sections.map(sectionHtml),
    `<footer>Doppel ${escapeHtml(study.version)}, study ${escapeHtml(study.id)}, log ${escapeHtml(study.lastHash.slice(0, 16))}…</footer>`,
  ];
  return page(`${study.name}: reader study`, body.join('\n'));
}
