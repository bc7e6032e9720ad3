/** Which columns of a participants' table come along: an allow-list by name and kind, so that nothing passes by being forgotten. */
import type { ColumnFault } from '#contract/privacy.ts';
import type { Attributes } from '#contract/records.ts';

/** Ages from here on are one class (HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(C)): 90 stands for 90 and above. */
export const oldestAge = 90;

export interface ChosenColumns {
  readonly participants: ReadonlyMap<string, Attributes>;
  readonly kept: readonly string[];
  readonly left: readonly { readonly column: string; readonly why: ColumnFault }[];
}

type Value = string | number;

const dateWords = /birth|dob$|^dob|date|(^|_)(time|day|month|year|when|acquired|timestamp)(_|$)/;
const identifierWords =
  /(^|_)(id|ids|uid|mrn|pid|nhs|ssn|name|names|surname|firstname|lastname|initials|patient|address|street|city|town|zip|postcode|postal|phone|telephone|fax|mobile|email|mail|institution|hospital|clinic|site|center|centre|station|physician|doctor|radiologist|referrer|operator|accession|insurance|account|url|ip|serial|device|key|code)(_|$)/;
const ageWords = /(^|_)age(_|$)/;
/** Columns whose words are classes. */
const classWords =
  /(^|_)(sex|gender|hand|handedness|group|diagnosis|dx|condition|cohort|arm|treatment|genotype|strain|species|stage|class|lesion|side|status)(_|$)/;
const fewestClasses = 4;
const mostClasses = 12;
const className = /^[\p{L}\d][\p{L}\d+\-/. ]{0,23}$/u;
const plainColumn = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;
/** Whole numbers of as many digits, each its own, are taken for identifiers. */
const identifierDigits = 6;

const wordsOf = (column: string): string =>
  column
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '_');

/** 19560412 and 1956. */
function looksLikeDate(value: number): boolean {
  if (!Number.isInteger(value)) return false;
  const [year, month, day] = [Math.floor(value / 10000), Math.floor(value / 100) % 100, value % 100];
  return (
    (value >= 1900 && value <= 2100) ||
    (year >= 1900 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31)
  );
}

function faultOfNumbers(numbers: readonly number[]): ColumnFault | null {
  if (numbers.every(looksLikeDate)) return 'date';
  const isLong = (value: number): boolean => Number.isInteger(value) && Math.abs(value) >= 10 ** (identifierDigits - 1);
  return numbers.every(isLong) && new Set(numbers).size === numbers.length ? 'identifier' : null;
}

/** Columns of unknown names hold classes where each of a few words stands for two subjects at least. */
function areShared(values: readonly Value[]): boolean {
  const classes = Map.groupBy(values, (value) => value);
  return classes.size <= fewestClasses && [...classes.values()].every(({ length }) => length >= 2);
}

function faultOfWords(words: string, values: readonly Value[]): ColumnFault | null {
  const classes = new Set(values);
  const isClass = [...classes].every((value) => className.test(String(value)));
  if (!isClass || !(classWords.test(words) || areShared(values))) return 'text';
  return classes.size > Math.min(mostClasses, Math.max(fewestClasses, values.length / 2)) ? 'many-values' : null;
}

function faultOf(column: string, values: readonly Value[]): ColumnFault | null {
  const words = wordsOf(column);
  if (dateWords.test(words)) return 'date';
  if (identifierWords.test(words)) return 'identifier';
  if (!plainColumn.test(column)) return 'name';
  if (ageWords.test(words)) return values.every((value) => ageOf(value) !== null) ? null : 'text';
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length === values.length ? faultOfNumbers(numbers) : faultOfWords(words, values);
}

/** Years; `90+` and codes such as `064` too. Null where it is no age. */
function ageOf(value: Value): number | null {
  const years = typeof value === 'number' ? value : /^\d{1,3}(\.\d+)?\+?$/.test(value) ? parseFloat(value) : NaN;
  return Number.isFinite(years) && years >= 0 && years < 1000 ? Math.min(oldestAge, years) : null;
}

export function chooseColumns(participants: ReadonlyMap<string, Attributes>): ChosenColumns {
  const columns = new Map<string, Value[]>();
  for (const row of participants.values())
    for (const [column, value] of Object.entries(row)) columns.set(column, [...(columns.get(column) ?? []), value]);
  const left = new Map<string, ColumnFault>();
  for (const [column, values] of columns) {
    const why = faultOf(column, values);
    if (why !== null) left.set(column, why);
  }
  const valueOf = (column: string, value: Value): Value =>
    ageWords.test(wordsOf(column)) ? (ageOf(value) ?? value) : value;
  return {
    participants: new Map(
      [...participants].map(([subject, row]) => [
        subject,
        Object.fromEntries(
          Object.entries(row).flatMap(([column, value]) =>
            left.has(column) ? [] : [[column, valueOf(column, value)] as const],
          ),
        ),
      ]),
    ),
    kept: [...columns.keys()].filter((column) => !left.has(column)),
    left: [...left].map(([column, why], at) => ({ column: plainColumn.test(column) ? column : `column ${String(at + 1)}`, why })), // prettier-ignore
  };
}
