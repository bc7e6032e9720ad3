/** The last step of an import: names give way to pseudonyms, and what was left out is told. */
import { relative } from 'node:path';
import type { ImportRequest } from '#contract/importing.ts';
import type { PrivacyReport } from '#contract/privacy.ts';
import type { VolumeRecord } from '#contract/records.ts';
import { readPatient } from '#imaging/dicom/dicomFile.ts';
import type { Series } from '#imaging/dicom/series.ts';
import { writeFileAtomic } from '#imaging/atomicWrite.ts';
import { storedFile, storedNames } from '#imaging/deidentify/pseudonyms.ts';
import type { FolderContent } from '#imaging/scanFolder.ts';
import { isPlainSubject, withoutQuotes } from '#shared/privacy/plainNames.ts';

/** Of DICOM series, by the names that they go by in the folder. */
type AllSeries = ReadonlyMap<string, Series>;

type Named = Omit<VolumeRecord, 'split' | 'quality'>;

const methods = {
  profile: { code: '113100', meaning: 'Basic Application Confidentiality Profile' },
  features: { code: '113102', meaning: 'Clean Recognizable Visual Features Option' },
  descriptors: { code: '113105', meaning: 'Clean Descriptors Option' },
  characteristics: { code: '113108', meaning: 'Retain Patient Characteristics Option' },
  device: { code: '113109', meaning: 'Retain Device Identity Option' },
} as const;

export interface Deidentified<V extends Named> {
  readonly volumes: readonly V[];
  readonly privacy: PrivacyReport;
}

/** A cell that no spreadsheet takes for a formula. */
const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** Whose scans these are and where they lay; of a DICOM series by the header of its first file. */
async function originOf(scan: Named, series: AllSeries, folder: string): Promise<readonly string[]> {
  const first = series.get(scan.sourceFile)?.files[0]?.path;
  if (first === undefined) return [scan.subject, scan.session ?? '', scan.sourceFile];
  return [await readPatient(first), scan.session ?? '', relative(folder, first)];
}

interface KeyInput {
  readonly request: ImportRequest;
  readonly series: AllSeries;
  readonly before: readonly Named[];
  readonly after: readonly Named[];
}

async function writeKey(path: string, { request, series, before, after }: KeyInput): Promise<void> {
  const rows: string[][] = [];
  for (const [at, scan] of before.entries()) {
    const stored = after[at];
    const origin = await originOf(scan, series, request.folder);
    rows.push([stored?.subject ?? '', stored?.session ?? '', stored?.sourceFile ?? '', ...origin]);
  }
  const head = ['pseudonym', 'session', 'file', 'original_subject', 'original_session', 'original_file'];
  const text = [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
  await writeFileAtomic(path, `${text}\r\n`, { mode: 0o600 });
}

function reportOf(
  request: ImportRequest,
  content: FolderContent,
  { stored, series }: { stored: readonly Named[]; series: AllSeries },
): PrivacyReport {
  const subjects = new Set(stored.map(({ subject }) => subject));
  const patients = new Set(stored.filter(({ sourceFile }) => series.has(sourceFile)).map(({ subject }) => subject));
  const hasSeries = series.size > 0;
  const kept = [...subjects].filter((subject) => isPlainSubject(subject) && !patients.has(subject)).length;
  const { profile, features, descriptors, characteristics, device } = methods;
  return {
    methods: [
      profile,
      ...(request.preprocess?.brainMask ? [features] : []),
      ...(hasSeries ? [descriptors] : []),
      characteristics,
      ...(hasSeries ? [device] : []),
    ],
    subjects: { kept, pseudonyms: subjects.size - kept },
    columns: content.columns,
    elements: [...content.removed.elements],
    otherElements: content.removed.others,
    privateElements: content.removed.privates,
    headers: content.candidates.filter(({ series }) => series === undefined).length,
    keyFile: request.keyFile !== undefined,
  };
}

/** The records as they are stored, in an order that tells nothing of names. Throws the system's errors of the key file. */
export async function deidentify<V extends Named>(
  request: ImportRequest,
  content: FolderContent,
  volumes: readonly V[],
): Promise<Deidentified<V>> {
  const series: AllSeries = new Map(content.candidates.flatMap((candidate) => (candidate.series === undefined ? [] : [[candidate.path, candidate.series] as const]))); // prettier-ignore
  const names = storedNames(
    volumes.map((volume) => ({ ...volume, isSeries: series.has(volume.sourceFile) })),
    request.seed,
  );
  const stored = volumes.map((volume, at): V => {
    const own = names[at] ?? { subject: '', session: null, sourceFile: '' };
    const low = volume.low === null ? null : { ...volume.low, sourceFile: storedFile(volume.low.sourceFile, own) };
    return { ...volume, ...own, low, warnings: volume.warnings.map(withoutQuotes) };
  });
  if (request.keyFile !== undefined)
    await writeKey(request.keyFile, { request, series, before: volumes, after: stored });
  const order = stored.toSorted((a, b) => (a.subject === b.subject ? 0 : a.subject < b.subject ? -1 : 1));
  return { volumes: order, privacy: reportOf(request, content, { stored, series }) };
}
