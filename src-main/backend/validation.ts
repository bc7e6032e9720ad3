/** What a schema finds wrong, in words: which field, the value seen, what it may be. */
import type { z } from 'zod';

const longestShown = 60;

function show(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined; // undefined stays undefined
  if (text === undefined) return 'missing';
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** The value at `path` of `input`; undefined where there is none. */
function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Zod's own message, without the word that says nothing; a union names all it would take. */
function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const alternatives = issue.errors.map((errors) => errors.map((error) => describeIssue(error)).join(' and '));
    return [...new Set(alternatives)].join(' or ').replaceAll(' or expected ', ' or ');
  }
  if (issue.code === 'invalid_value')
    return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  return lowerFirst(issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, ''));
}

/** One line per fault, for example ``grid: too small: expected number to be >=8 (it is 4)``. */
export function describeFaults(error: z.ZodError, input: unknown): string {
  return error.issues
    .map((issue) => {
      if (issue.code === 'unrecognized_keys')
        return `there is no ${issue.keys.map((key) => `"${[...issue.path, key].join('.')}"`).join(', ')}`;
      const name = issue.path.length === 0 ? 'the input' : issue.path.join('.');
      return `${name}: ${describeIssue(issue)} (it is ${show(valueAt(input, issue.path))})`;
    })
    .join('; ');
}
