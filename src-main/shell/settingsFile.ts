/** What the user has set, in one JSON file that is replaced whole or not at all. */
import { readFileSync, renameSync } from 'node:fs';
import { settings, type Settings } from '#contract/shell.ts';
import { writeJson } from './wholeFile.ts';

export type SettingsChanges = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

export interface SettingsFile {
  get(): Settings;
  change(changes: SettingsChanges): Settings;
}

/** Settings of an older Doppel take what is new from `defaults`; a file that cannot be read is kept beside as `.damaged`. */
export function openSettings(path: string, defaults: Settings): SettingsFile {
  let current = read(path, defaults);
  return {
    get: () => current,
    change: (changes) => {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      current = settings.parse({ ...current, ...Object.fromEntries(given) });
      writeJson(path, current);
      return current;
    },
  };
}

function read(path: string, defaults: Settings): Settings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return defaults;
  }
  try {
    const found: unknown = JSON.parse(text);
    return settings.parse(typeof found === 'object' ? { ...defaults, ...found } : found);
  } catch {
    renameSync(path, `${path}.damaged`);
    return defaults;
  }
}
