#!/usr/bin/env node
/**
 * Makes a fresh clone ready to run: packages, Node 24, TensorFlow, its binding. What is there already is only looked at.
 * Plain Node 20 without any package, because it runs before there are packages.
 *
 *   node scripts/setup.mjs [--engine cpu|gpu] [--quiet]
 *
 * --engine is remembered until the other one is asked for. --quiet says nothing when nothing has to be done, and
 * otherwise speaks on stderr, so that a command that begins with the set-up keeps its own output clean.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideBinding } from './setup/binding.mjs';
import { provideEngine } from './setup/engine.mjs';
import { readIfThere } from './setup/files.mjs';
import { providePackages } from './setup/packages.mjs';
import { provideRuntime } from './setup/runtime.mjs';
import { SetupError } from './setup/setupError.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const leastNode = 20;

async function main(args) {
  const { engine: wanted, quiet } = readArguments(args);
  if (Number.parseInt(process.versions.node, 10) < leastNode) {
    throw new SetupError(
      `Node ${leastNode} or newer is needed to set Doppel up; this is Node ${process.versions.node}.`,
    );
  }
  const output = quiet ? process.stderr : process.stdout;
  const step = stepPrinter(output, quiet);
  const variant = wanted ?? rememberedVariant() ?? 'cpu';

  // The engine is fetched while npm works: neither needs the other.
  const settled = await Promise.allSettled([
    step('engine', (say) => provideEngine({ root, variant, say })),
    (async () => {
      await step('packages', (say) => providePackages({ root, say }));
      await step('runtime', () => provideRuntime({ root }));
    })(),
  ]);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  if (variant !== rememberedVariant()) remember(variant);
  await step('binding', (say) => provideBinding({ root, engine: settled[0].value, say }));
}

/** Prints one line a step: its name, how it ended and its time; before that, what takes long. */
function stepPrinter(output, quiet) {
  return async (name, work) => {
    const started = performance.now();
    const label = name.padEnd(9);
    const result = await work((text) => output.write(`${label} ${text}\n`));
    const seconds = (performance.now() - started) / 1000;
    if (!quiet || !result.done.startsWith('ready'))
      output.write(`${label} ${result.done.padEnd(34)} ${seconds.toFixed(1)} s\n`);
    return result;
  };
}

function readArguments(args) {
  let engine = null;
  let quiet = false;
  for (let index = 0; index < args.length; index++) {
    if (args[index] === '--quiet') quiet = true;
    else if (args[index] === '--engine' && ['cpu', 'gpu'].includes(args[index + 1])) engine = args[++index];
    else throw new SetupError(`"${args[index]}" is not understood. Use: npm run setup [-- --engine cpu|gpu]`);
  }
  return { engine, quiet };
}

function rememberedVariant() {
  const text = readIfThere(join(root, 'node_modules', '.doppel-engine'))?.trim();
  return ['cpu', 'gpu'].includes(text) ? text : null;
}

function remember(variant) {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(join(root, 'node_modules', '.doppel-engine'), `${variant}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(error instanceof SetupError ? `\n${error.message}\n` : `\n${error.stack}\n`);
  process.exitCode = 1;
}
