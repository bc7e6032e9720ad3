/** The shell's words in the language that the user has set, the same setting that the pages follow. */
import { en } from './messages.ts';

/** A table of any language: the keys of the English one. */
type Table<Messages> = {
  readonly [Key in keyof Messages]: Messages[Key] extends string ? string : Table<Messages[Key]>;
};
export type ShellWords = Table<typeof en>;

const tables: Readonly<Record<string, ShellWords>> = { en };

/** `language`: BCP 47. English where there is no table for it. */
export function wordsOf(language: string): ShellWords {
  return tables[primary(language)] ?? en;
}

/** `text` with `{name}` replaced by the value of that name. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The form for `count`, with `{count}` in it replaced. */
export function counted(forms: Readonly<Record<string, string>>, count: number, language: string): string {
  const category = new Intl.PluralRules(language).select(count);
  return fill(forms[category] ?? forms.other ?? '', { count });
}

const primary = (language: string): string => language.split('-')[0] ?? language;
