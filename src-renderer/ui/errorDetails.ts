/** An error as the window shows it: a kind, which gives the heading, and the words that say what to do. */
export interface ShownError {
  readonly code: string;
  readonly message: string;
}

/** Of anything thrown; what is no error of ours is `internal`. */
export function shownError(thrown: unknown): ShownError {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : 'internal',
    message: typeof message === 'string' && message !== '' ? message : String(thrown),
  };
}

/** The text that "Copy details" puts on the clipboard. */
export function errorDetails({ code, message }: ShownError, subject: string, at: Date): string {
  return [
    'Doppel',
    `at ${at.toISOString()}`,
    `code: ${code}`,
    ...(subject === '' ? [] : [`about: ${subject}`]),
    message,
  ].join('\n');
}
