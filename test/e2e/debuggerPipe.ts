/**
 * A page of the packaged application over Chromium's debugging pipe (`--remote-debugging-pipe`: JSON, a zero byte after
 * each message). Playwright's own way needs `--inspect`, which the package's fuses turn off; its other one needs a port,
 * which an application without a network does not have.
 */
import type { Readable, Writable } from 'node:stream';
import type { Reply } from '#contract/commands.ts';
import { waitFor } from './backendOf.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export interface DebuggedPage {
  /** Exceptions nobody caught and messages that Chromium counts as errors, so far. */
  readonly errors: readonly string[];
  /** The value of a JavaScript expression in the page; a promise is waited for. */
  evaluate(expression: string): Promise<unknown>;
  /** Asks as the page would. */
  ask(name: string, input: unknown): Promise<Reply<unknown>>;
}

/** Waits for the application's page to have loaded. */
export async function pageOver(toApplication: Writable, fromApplication: Readable): Promise<DebuggedPage> {
  const waiting = new Map<number, (message: Message) => void>();
  const errors: string[] = [];
  let nextId = 1;

  const send = <Result>(method: string, params: object, sessionId?: string): Promise<Result> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result as Result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      toApplication.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });

  const hear = (message: Message): void => {
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else if (message.method === 'Runtime.exceptionThrown' || isLoggedError(message))
      errors.push(JSON.stringify(message.params));
  };

  let rest = '';
  fromApplication.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop() ?? '';
    for (const whole of messages) hear(JSON.parse(whole) as Message);
  });

  const targetId = await waitFor(async () => {
    const { targetInfos } = await send<{ targetInfos: { targetId: string; type: string; url: string }[] }>(
      'Target.getTargets',
      {},
    );
    return targetInfos.find(({ type, url }) => type === 'page' && url.startsWith('app://ui/'))?.targetId;
  });
  const { sessionId } = await send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
  await send('Runtime.enable', {}, sessionId);
  await send('Log.enable', {}, sessionId);

  const evaluate = async (expression: string): Promise<unknown> => {
    const given = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await send<{
      result: { value?: unknown };
      exceptionDetails?: { exception?: { description?: string }; text: string };
    }>('Runtime.evaluate', given, sessionId);
    if (exceptionDetails === undefined) return result.value;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  };
  // The window begins with an empty document, which gives way to the page.
  const isLoaded = 'location.href.startsWith("app://ui/") && document.readyState === "complete"';
  await waitFor(async () => (await evaluate(isLoaded).catch(() => false)) === true || undefined);
  return {
    errors,
    evaluate,
    ask: async (name, input) =>
      (await evaluate(`window.bridge.call(${JSON.stringify(name)}, ${JSON.stringify(input)})`)) as Reply<unknown>,
  };
}

function isLoggedError({ method, params }: Message): boolean {
  if (method !== 'Log.entryAdded') return false;
  return (params?.['entry'] as { level?: string } | undefined)?.level === 'error';
}
