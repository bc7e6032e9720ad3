/** The datasheet of a dataset, under the headings of Gebru et al. 2021 (Commun. ACM 64(12):86, doi 10.1145/3458723). */
import type { PrivacyReport } from '../contract/privacy.ts';
import type { DatasetRecord, VolumeRecord } from '../contract/records.ts';
import { attributeRows, formatFigure, preparationRows, scannerRows, splitRows } from './datasetFacts.ts';
import { facts, lab, list, tableOf, text, type Block, type CardDocument } from './document.ts';

export interface DatasheetFacts {
  readonly dataset: DatasetRecord;
  /** Removed ones too. */
  readonly volumes: readonly VolumeRecord[];
  /** Of its import; null: an old one. */
  readonly privacy: PrivacyReport | null;
  /** Ids of the trainings of it. */
  readonly trainings: readonly string[];
  readonly doppel: string;
  /** When the datasheet is written, ISO 8601. */
  readonly at: string;
}

const motivation: readonly Block[] = [lab('For what purpose, by whom and with whose money the scans were collected.')];

function composition({ dataset, volumes }: DatasheetFacts): readonly Block[] {
  const used = volumes.filter(({ removed }) => !removed);
  const attributes = attributeRows(used);
  const warned = used.filter(({ warnings }) => warnings.length > 0).length;
  return [
    text('Each instance is a three-dimensional brain scan of one subject, with the columns of the participants’ table that de-identification let through.'), // prettier-ignore
    facts([
      ['Scans', String(used.length)],
      ['Taken out by hand', String(volumes.length - used.length)],
      ...splitRows(dataset, used),
      ['With label maps', String(used.filter(({ labelPath }) => labelPath !== null).length)],
      ['In real pairs of low and high resolution', String(used.filter(({ low }) => low !== null).length)],
      ['With warnings at import', String(warned)],
      ['That show whole heads, of the training scans', String(dataset.heads)],
      ['Fingerprint (SHA-256)', dataset.fingerprint],
      ...scannerRows(used),
    ]),
    ...(attributes.length === 0 ? [text('No column describes the subjects.')] : [tableOf(['column', 'values'], attributes)]), // prettier-ignore
    lab('Whether this is all of a population or a sample of it, and how it was drawn; relations between subjects; known errors.'), // prettier-ignore
  ];
}

const collection: readonly Block[] = [
  text('The project knows the headers of the files alone: they stand above, without dates, places and names.'),
  lab('Scanners and sequences, when and where; who collected the scans; ethical review; whether the subjects were told and consented, and how consent is withdrawn.'), // prettier-ignore
];

function preprocessing({ dataset, volumes, privacy }: DatasheetFacts): readonly Block[] {
  return [
    facts([
      ['Grid', `${String(dataset.grid)}³ voxels of ${formatFigure(dataset.spacingMm)} mm, RAS`],
      ...preparationRows(volumes.filter(({ removed }) => !removed)),
    ]),
    ...(privacy === null
      ? []
      : [
          text('De-identified at import (DICOM PS3.15, codes of CID 7050):'),
          list([
            ...privacy.methods.map(({ code, meaning }) => `${code}: ${meaning}`),
            `${String(privacy.subjects.pseudonyms)} subjects under pseudonyms, ${String(privacy.subjects.kept)} under the running numbers that they had`,
            `columns kept: ${privacy.columns.kept.join(', ') || 'none'}; left out: ${String(privacy.columns.left.length)}`,
            `a key of pseudonyms was ${privacy.keyFile ? 'written, outside of the project' : 'not written'}`,
          ]),
        ]),
    text('The files as they were imported are not part of the project; Doppel, which prepared them, is open.'),
  ];
}

const uses = ({ trainings }: DatasheetFacts): readonly Block[] => [
  text(
    trainings.length === 0
      ? 'No network was trained on it in this project yet.'
      : `Trained on it in this project: ${trainings.join(', ')}.`,
  ),
  text('A grid of a few millimetres and intensities on [-1, 1] are for learning what brains look like, not for reading findings.'), // prettier-ignore
  lab('Other uses; uses it must not be put to.'),
];

const distribution: readonly Block[] = [
  text('Doppel passes no scan on by itself: bundles and reader packs say what is in them.'),
  lab('Whether, how and under which licence or agreement the scans are given to others.'),
];

const maintenance: readonly Block[] = [
  text('The fingerprint changes with every scan that is taken out or put back; a removed scan stays in the project until the project is deleted.'), // prettier-ignore
  lab('Who keeps the dataset, how to reach them, how long it is kept, and how errors and withdrawals are dealt with.'),
];

export function datasheet(known: DatasheetFacts): CardDocument {
  const { dataset, doppel, at } = known;
  return {
    title: `Datasheet: ${dataset.name}`,
    origin: `Headings after Gebru et al. 2021, Datasheets for Datasets. Filled in by Doppel ${doppel} from its project on ${at.slice(0, 10)}.`,
    sections: [
      { title: 'Motivation', blocks: motivation },
      { title: 'Composition', blocks: composition(known) },
      { title: 'Collection Process', blocks: collection },
      { title: 'Preprocessing/Cleaning/Labeling', blocks: preprocessing(known) },
      { title: 'Uses', blocks: uses(known) },
      { title: 'Distribution', blocks: distribution },
      { title: 'Maintenance', blocks: maintenance },
    ],
  };
}
