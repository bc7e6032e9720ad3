/** What nobody caught: shown above every page, so that nothing is ever only in a console. */
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { shallowRef, type App } from 'vue';

const mostShown = 3;

export const unexpectedErrors = shallowRef<readonly ShownError[]>([]);

function show(thrown: unknown): void {
  const error = shownError(thrown);
  const others = unexpectedErrors.value.filter((other) => other.message !== error.message);
  unexpectedErrors.value = [...others, error].slice(-mostShown);
}

export function dismiss(error: ShownError): void {
  unexpectedErrors.value = unexpectedErrors.value.filter((other) => other !== error);
}

export function catchUnexpected(app: App): void {
  app.config.errorHandler = (thrown) => {
    console.error(thrown); // with its stack, for whoever mends it
    show(thrown);
  };
  window.addEventListener('unhandledrejection', (event) => show(event.reason));
}
