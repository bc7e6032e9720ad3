/**
 * What a paper on the study has to say, by the topics of CLAIM (Checklist for Artificial Intelligence in Medical Imaging;
 * Mongan et al. 2020, Radiol. Artif. Intell. 2:e200029; Tejani et al. 2024, ibid. 6:e240300), each with its place here.
 */
import type { StudyReport } from '../../contract/studyCommands.ts';
import { escapeHtml } from '../html.ts';
import { note, type Section } from '../building.ts';
import { decimal, moment, percent, plural } from './numbers.ts';

interface Item {
  readonly topic: string;
  /** Id of the section; null: nothing of it is known here. */
  readonly where: string | null;
  /** From the study; null: for the authors. */
  readonly filled: string | null;
  /** What the authors add, if anything. */
  readonly authors: string | null;
}

const byAuthors = (topic: string, authors: string): Item => ({ topic, where: null, filled: null, authors });

function studyItems(report: StudyReport): readonly Item[] {
  const { study, design, tost, readers } = report;
  const { protocol } = study;
  const models = [...new Set(report.answers.flatMap(({ truth }) => truth.flatMap(({ model }) => model ?? [])))];
  const { real, seed, repeats } = protocol.design;
  const sources = new Set(report.answers.flatMap(({ truth }) => truth.map(({ source }) => source))).size;
  return [
    { topic: 'Objective and hypothesis', where: 'primary', filled: `Equivalence of the readers’ accuracy to chance within ±${percent(tost.margin)}.`, authors: 'The clinical question behind it.' },
    { topic: 'Prospective or retrospective', where: 'registration', filled: `The reading was prospective, its protocol locked ${moment(study.lockedAt)}.`, authors: 'How the scans themselves were collected.' },
    { topic: 'Data sources', where: 'registration', filled: `Real scans of the dataset “${real.dataset}” (${real.split}); ${sources} scans shown.`, authors: 'Institutions, dates, scanners, sequences, licence and ethics approval of the dataset.' },
    byAuthors('Inclusion and exclusion of subjects', 'Criteria, and how many subjects they left.'),
    { topic: 'Preprocessing', where: 'methods', filled: 'One chain for both kinds: grid, brain mask, percentiles, 4096 levels, file header.', authors: null },
    { topic: 'Selection of scans', where: 'registration', filled: `Drawn at random from seed ${seed}, the same number of each kind.`, authors: null },
    byAuthors('De-identification', 'How it was done; scans here carry no names and random numbers.'),
    { topic: 'Missing data', where: 'time', filled: `${plural(report.unanswered, 'trial')} without an answer; statistics not computed are listed.`, authors: null },
    { topic: 'Reference standard', where: 'registration', filled: 'Known by construction: each scan’s origin is in the sealed key.', authors: null },
    { topic: 'Readers', where: 'registration', filled: `${plural(design.readers, 'reader')} analysed, with role and years where given.`, authors: 'How they were recruited, their training, compensation and relation to the authors.' },
    { topic: 'Agreement between and within readers', where: 'agreement', filled: repeats > 0 ? `Between readers, and within them on ${plural(repeats, 'repeat')} each.` : 'Between readers; no scan was repeated.', authors: null },
    { topic: 'Blinding and randomisation', where: 'methods', filled: 'Truth encrypted until the close; an order of its own for each reader.', authors: 'What readers had been told of the share and kind of synthetic scans.' },
    { topic: 'Partitions of the data', where: 'registration', filled: real.split === 'heldout' ? 'Real scans were held out from training, by subject.' : 'Real scans may have been trained on: see the warnings.', authors: null },
    { topic: 'Sample size', where: 'primary', filled: `${design.trials} first answers (${design.readers} readers).`, authors: 'How the number was chosen (doppel study power prints the table).' },
    { topic: 'Model', where: 'models', filled: models.length === 0 ? null : `Synthetic scans of ${models.join(', ')}; checkpoint and seed of each in the key.`, authors: 'Architecture, inputs and outputs, or a reference to them.' },
    byAuthors('Software and training', 'Libraries, initialisation, hyperparameters, hardware, how the checkpoint was selected (Doppel’s job list keeps them).'),
    { topic: 'Measures of performance', where: 'readers', filled: 'Accuracy, sensitivity, specificity, d′, ROC area; κ, α.', authors: null },
    { topic: 'Uncertainty and significance', where: 'methods', filled: 'Intervals, exact tests with Holm’s correction, random readers and cases.', authors: null },
    { topic: 'Robustness', where: 'fairness', filled: `Six trivial cues tested; the largest AUC is ${decimal(Math.max(...protocol.fairness.cues.map(({ auc }) => auc)), 2)}.`, authors: 'Other analyses of sensitivity, where there are any.' },
    { topic: 'Failures', where: 'cases', filled: `${plural(report.shown.hardest.length, 'case')} that deceived most, with pictures and comments.`, authors: 'What they have in common.' },
    { topic: 'Flow of participants', where: 'time', filled: `${study.reading.length} readers registered, ${readers.length} analysed, ${study.excluded.length} left out.`, authors: 'Readers who were asked and declined.' },
    byAuthors('Demographics of the subjects', 'Age, sex and diagnosis of those whose scans were shown.'),
    { topic: 'Protocol and its changes', where: 'registration', filled: 'Commitments, salts and the last hash of the log; overrides and exclusions.', authors: 'Number in a public register, where there is one.' },
    byAuthors('Limitations and implications', 'Bias, generalisability, use in practice.'),
    byAuthors('Availability of data, code and weights', 'Where they are, under which licence; trials.csv beside this report names no subject.'),
    byAuthors('Funding and conflicts of interest', 'Sources and their role.'),
  ]; // prettier-ignore
}

function row({ topic, where, filled, authors }: Item): string {
  const place = where === null ? '–' : `<a href="#${where}">${escapeHtml(where)}</a>`;
  const todo = authors === null ? '' : `<span class="todo">Authors:</span> ${escapeHtml(authors)}`;
  return `<tr><th scope="row">${escapeHtml(topic)}</th><td>${place}</td><td>${escapeHtml(filled ?? '')}</td><td>${todo}</td></tr>`;
}

export function checklistSection(report: StudyReport): Section {
  const items = studyItems(report);
  const open = items.filter(({ authors }) => authors !== null).length;
  return {
    id: 'checklist',
    title: 'Checklist for a paper',
    html: `${note(`By the topics of CLAIM (Mongan 2020, update Tejani 2024), in words of our own: look up wording and numbers of the items in the published checklist. ${items.length - open} of ${items.length} topics are filled from this study, the others need the authors.`)}
<div class="table"><table class="prose"><thead><tr><th scope="col">Topic</th><th scope="col">In this report</th><th scope="col">From the study</th><th scope="col">To be filled</th></tr></thead><tbody>${items.map(row).join('')}</tbody></table></div>`,
  };
}
