/** Flags that the commands about studies share. */
import { InvalidArgumentError, Option } from 'commander';
import { path, type ProjectFlags } from '../flags.ts';

export interface StudyFlags extends ProjectFlags {
  readonly study?: string;
}

export interface ReaderFlags extends StudyFlags {
  readonly reader: string;
  readonly pinFile?: string;
}

export const studyOption = (): Option =>
  new Option('--study <name>', 'its name or id; else the only one of the project');

export const readerOption = (): Option => new Option('--reader <name>', 'who reads').makeOptionMandatory();

export const pinOption = (): Option =>
  new Option('--pin-file <file>', 'a file that holds the reader’s PIN, where there is one').argParser(path);

export const passphraseOption = (): Option =>
  new Option('--passphrase-file <file>', 'a file whose first line is the owner’s passphrase, 8 characters or more')
    .argParser(path)
    .makeOptionMandatory();

/** For option parsers: one of a few words. */
export function oneOf<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new InvalidArgumentError(`Give ${words.join(' or ')}.`);
    return found;
  };
}

/** For option parsers: `reader=value`, collected by the reader's name. */
export function ofReader(text: string, earlier: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const split = text.indexOf('=');
  if (split <= 0 || split === text.length - 1) throw new InvalidArgumentError('Write it as READER=VALUE.');
  return new Map([...earlier, [text.slice(0, split).trim(), text.slice(split + 1).trim()]]);
}

/** For option parsers: values given one after the other, or with commas between. */
export function listed(text: string, earlier: readonly string[] = []): readonly string[] {
  const values = text.split(',').map((value) => value.trim()).filter((value) => value !== ''); // prettier-ignore
  if (values.length === 0) throw new InvalidArgumentError('Give one or more, with commas between.');
  return [...earlier, ...values];
}
