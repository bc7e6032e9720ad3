/** What de-identification left out of an import, in words. */
import type { ColumnFault, PrivacyReport } from '#contract/privacy.ts';

const whys: Readonly<Record<ColumnFault, string>> = {
  identifier: 'names or numbers that identify',
  date: 'dates',
  text: 'free text',
  'many-values': 'too many different values',
  name: 'an unusual column name',
};

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${String(count)} ${count === 1 ? one : many}`;

export function describePrivacy({ methods, subjects, columns, elements, otherElements, privateElements, keyFile }: PrivacyReport): string {
  const lines = [
    `De-identified (DICOM PS3.15: ${methods.map(({ code, meaning }) => `${code} ${meaning}`).join('; ')}).`,
    `Subjects: ${String(subjects.kept)} under running numbers as they were, ${counted(subjects.pseudonyms, 'pseudonym')}.`,
    ...(columns.kept.length === 0 ? [] : [`Columns kept: ${columns.kept.join(', ')}.`]),
    ...(columns.left.length === 0 ? [] : [`Columns left out: ${columns.left.map(({ column, why }) => `${column} (${whys[why]})`).join(', ')}.`]),
    ...(elements.length === 0 ? [] : [`DICOM elements removed: ${elements.map(({ tag, keyword, files }) => `${tag} ${keyword} (${counted(files, 'file')})`).join(', ')}.`]),
    ...(otherElements + privateElements === 0 ? [] : [`Not read besides: ${counted(otherElements, 'other element')}, ${counted(privateElements, 'private one')}.`]),
    ...(keyFile ? ['The key file tells who is who: keep it apart from the project, where few may read, and delete it when it has served.'] : []),
  ];
  return lines.join('\n');
} // prettier-ignore
