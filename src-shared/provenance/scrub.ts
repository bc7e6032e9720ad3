/** Takes out of records and texts what says where files lie: names of folders may be those of persons. */
import { notKept } from '../contract/privacy.ts';

const absolute = /^(?:[\\/]|[A-Za-z]:[\\/]|file:)/;
/** A path in the middle of words, to the next space, quotation mark or bracket. */
const pathInText = /(?:file:\/\/|[A-Za-z]:[\\/]|(?<![\w.)\]}<])[\\/](?=[^\s/\\]+[\\/]))[^\s"'`“”()<>|]*/g;

/** `places`: folders and files that are known by name, spaces and all. */
export function scrubText(text: string, places: readonly string[]): string {
  const named = [...places].sort((a, b) => b.length - a.length);
  const without = named.reduce((left, place) => (place.length < 4 ? left : left.replaceAll(place, notKept)), text);
  return without.replaceAll(pathInText, notKept);
}

/** Every text of a value, keys as they are; a text that is a path goes as a whole. */
export function scrubValue(value: unknown, places: readonly string[]): unknown {
  if (typeof value === 'string') return absolute.test(value) ? notKept : scrubText(value, places);
  if (Array.isArray(value)) return value.map((one) => scrubValue(one, places));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, scrubValue(one, places)]));
}

/** All absolute paths among the texts of a value. */
export function placesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return absolute.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(placesIn);
}

/** Pictures of a report may show scans of persons; its curves are drawn as lines and stay. */
export const withoutPictures = (html: string): string =>
  html.replaceAll(/<(?:img|image)\b[^>]*>(?:<\/image>)?/g, '(picture left out: it may show a real scan)');
