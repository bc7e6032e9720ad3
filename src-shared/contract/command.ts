/** How a command is declared: an input schema, checked at run time, and a result type, checked by the compiler. */
import type { z } from 'zod';

export interface Command<Input extends z.ZodType, Result> {
  readonly input: Input;
  /** Never set: carries the result type. */
  readonly result?: Result;
}

export function command<Input extends z.ZodType>(input: Input): { returns: <Result>() => Command<Input, Result> } {
  return { returns: () => ({ input }) };
}
