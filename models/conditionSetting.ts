/** The setting by which a model becomes conditional; what the training makes of it: `#shared/condition.ts`. */
import { z } from 'zod';

export const conditionSetting = z
  .string()
  .max(100)
  .default('')
  .describe("Column of the participants' table whose values are classes to tell apart; empty: none");
