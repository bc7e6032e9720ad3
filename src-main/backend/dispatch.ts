/** The one entry for requests, whoever sends them: look up, parse, run, reply. */
import {
  commands,
  type CommandInput,
  type CommandName,
  type CommandResult,
  type Handlers,
  type Reply,
} from '#contract/commands.ts';
import type { ErrorShape } from '#contract/errors.ts';
import { describeError } from './describeError.ts';
import { describeFaults } from './validation.ts';

export type Dispatch = <Name extends CommandName>(
  name: Name,
  input: CommandInput<Name>,
) => Promise<Reply<CommandResult<Name>>>;

const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name);

const refuse = (message: string): { readonly ok: false; readonly error: ErrorShape } => ({
  ok: false,
  error: { code: 'usage', message },
});

/** The project a request is about, for the words of an error. */
function projectOf(input: unknown): string {
  const project = typeof input === 'object' && input !== null && 'project' in input ? input.project : undefined;
  return typeof project === 'string' ? project : 'the project';
}

/** Never throws and never rejects: what goes wrong is the reply. Inputs are checked at run time, whatever their type says. */
export function createDispatch(handlers: Handlers): Dispatch {
  return async <Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
  ): Promise<Reply<CommandResult<Name>>> => {
    if (!isCommand(name))
      return refuse(`There is no command "${String(name)}". There are: ${Object.keys(commands).join(', ')}.`);
    const parsed = commands[name].input.safeParse(input);
    if (!parsed.success) return refuse(`${name}: ${describeFaults(parsed.error, input)}.`);
    try {
      // The schema of `name` gave it, which the compiler cannot follow through the table.
      return { ok: true, value: await handlers[name](parsed.data as CommandInput<Name>) };
    } catch (thrown) {
      const error = describeError(thrown, projectOf(input));
      if (error.code === 'internal') console.error(thrown); // An error of ours: keep the stack for whoever mends it.
      return { ok: false, error };
    }
  };
}
