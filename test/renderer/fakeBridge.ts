/** The edge of the window under test: what the shell would answer, and a way to tell it things. */
import type { BackendState } from '#bridge/bridge.ts';
import type { Reply } from '#contract/commands.ts';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { BackendEvent } from '#contract/events.ts';

type Message = { event: BackendEvent } | { backend: BackendState };
type Answer = (input: Record<string, unknown>) => unknown;

export interface FakeBridge {
  /** Names and inputs of every call, in order. */
  readonly calls: { readonly name: string; readonly input: unknown }[];
  /** What later calls of the command give; a thrown AppError is the reply's error. */
  answer(name: string, answer: Answer): void;
  tell(message: Message): void;
}

export function installFakeBridge(): FakeBridge {
  const answers = new Map<string, Answer>();
  const listeners = new Set<(message: Message) => void>();
  const calls: { name: string; input: unknown }[] = [];
  const bridge = {
    call: async (name: string, input: unknown): Promise<Reply<unknown>> => {
      calls.push({ name, input });
      try {
        const answer = answers.get(name);
        if (answer === undefined) throw new AppError('usage', `Nobody answers ${name} here.`);
        return { ok: true, value: answer(input as Record<string, unknown>) };
      } catch (thrown) {
        return { ok: false, error: toErrorShape(thrown) };
      }
    },
    listen: (listener: (message: Message) => void): (() => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    droppedPath: (file: File): string => file.name,
  };
  Object.defineProperty(window, 'bridge', { value: bridge, configurable: true });
  return {
    calls,
    answer: (name, answer) => void answers.set(name, answer),
    tell: (message) => {
      for (const listener of listeners) listener(message);
    },
  };
}
