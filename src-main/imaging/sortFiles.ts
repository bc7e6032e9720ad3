/** Splits the files of a folder into volumes, DICOM files and rejections, by their names and, for DICOM, their first bytes. */
import { join } from 'node:path';
import type { FileOutcome } from '#contract/records.ts';
import { isDicom } from './dicom/dicomFile.ts';
import { stemOf, supportedFormats, volumeFileKind } from './volumeFile.ts';

export interface SortedFiles {
  /** Of pairs the header. */
  readonly volumes: readonly string[];
  readonly dicom: readonly string[];
  readonly outcomes: readonly FileOutcome[];
}

export function rejected(path: string, code: string, reason: string): FileOutcome {
  return { path, status: 'rejected', code, reason };
}

const withoutEnding = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1) + stemOf(path);

/** What is neither a volume, DICOM nor an image of a kind that is not read is passed over. */
export async function sortFiles(root: string, files: readonly string[]): Promise<SortedFiles> {
  const volumes: string[] = [];
  const dicom: string[] = [];
  const outcomes: FileOutcome[] = [];
  const named = (kind: string): Set<string> =>
    new Set(files.filter((path) => volumeFileKind(path) === kind).map(withoutEnding));
  const headers = named('header');
  const images = named('image');
  const stray = (path: string, what: string, missing: string): void => {
    outcomes.push(
      rejected(
        path,
        'missing-pair',
        `This is ${what} (${missing}) is not beside it. Put both into one folder, under one name.`,
      ),
    );
  };
  for (const path of files) {
    const kind = volumeFileKind(path);
    switch (kind) {
      case 'scan':
        volumes.push(path);
        break;
      case 'header':
        if (images.has(withoutEnding(path))) volumes.push(path);
        else stray(path, 'a header whose image file', '.img');
        break;
      case 'image':
        if (headers.has(withoutEnding(path))) break;
        if (await isDicom(join(root, path))) dicom.push(path);
        else stray(path, 'an image file whose header', '.hdr');
        break;
      case 'dicom':
      case 'other':
        if (await isDicom(join(root, path))) dicom.push(path);
        else if (kind === 'dicom')
          outcomes.push(rejected(path, 'not-an-image', 'This is not DICOM although it is named like it. Copy it again from its source.')); // prettier-ignore
        break;
      case 'unsupported':
        outcomes.push(rejected(path, 'unsupported-format', `This format is not read. ${supportedFormats} are: convert the scan to one of them.`)); // prettier-ignore
    }
  }
  return { volumes, dicom, outcomes };
}
