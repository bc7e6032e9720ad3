/** `npm run check`: types, rules, layers, leftovers and format, without running a test. */
import { runChecks } from './house/checks.mjs';

const { failed } = await runChecks((text) => process.stdout.write(text));
if (failed > 0) process.exitCode = 1;
