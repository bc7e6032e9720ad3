/** What `npm run -s bench -- learn` is asked for. */
import { parseArgs } from 'node:util';
import { AppError } from '#contract/errors.ts';
import type { GeneratorEntry } from '#models/model.ts';
import { findModel, registry } from '#models/registry.ts';

export interface LearnOptions {
  readonly entry: GeneratorEntry;
  readonly preset: string;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly minutes: number;
  readonly seed: number;
  /** The JSON line alone. */
  readonly isQuiet: boolean;
}

/** For a first look if there is one: the published presets take seconds for a step on two cores. */
const lookPreset = 'look';

/** Text of a setting as the value it stands for. */
function typed(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Throws AppError('usage'). */
export function readOptions(): LearnOptions {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: 'string', default: '15' },
      preset: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const [id, ...others] = positionals;
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  const generators = registry.filter((model) => model.kind === 'generator').map((model) => model.id);
  if (id === undefined || others.length > 0 || !(minutes > 0) || !Number.isSafeInteger(seed) || seed < 0)
    throw new AppError(
      'usage',
      `npm run -s bench -- learn MODEL [--minutes M] [--preset NAME] [--set key=value …] [--seed N] [--json], where MODEL is one of: ${generators.join(', ')}`,
    );
  const entry = findModel(id);
  if (entry.kind !== 'generator') throw new AppError('usage', `${id} makes scans finer: npm run -s bench -- learn-sr`);
  const isOffered = entry.presets.some((preset) => preset.id === lookPreset);
  const settings = values.set.map((text) => {
    const split = text.indexOf('=');
    return [text.slice(0, split), typed(text.slice(split + 1))] as const;
  });
  return {
    entry,
    preset: values.preset ?? (isOffered ? lookPreset : entry.defaultPreset),
    overrides: Object.fromEntries(settings),
    minutes,
    seed,
    isQuiet: values.json,
  };
}
