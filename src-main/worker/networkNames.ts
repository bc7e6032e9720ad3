/** What the tensors of a model's networks are called in files that other programs read. */
import type { GeneratorEntry, Trainable } from '#models/model.ts';
import { ownNames, type PublishedNames } from '#models/publishedNames.ts';

export const generatorNetwork = 'generator';
/** The moving average of the generator, which goes by the generator's names. */
export const averagedNetwork = 'average';

interface Held {
  readonly kind: 'weights' | 'buffers';
  readonly key: string;
  readonly shape: readonly number[];
}

interface ModelShape {
  readonly config: unknown;
  readonly grid: number;
  /** 0: not conditional. */
  readonly classes: number;
}

/** The published names, or our own where its authors published none for PyTorch. */
export function namesOfModel(entry: GeneratorEntry, { config, grid, classes }: ModelShape): PublishedNames {
  if (entry.publishedNames !== undefined) return entry.publishedNames(config, grid, classes);
  const model = entry.create({ config, grid, seed: 0, classes });
  try {
    return namesByShape(heldBy(model));
  } finally {
    model.dispose();
  }
}

/** Our own names for networks with these tensors. */
export function namesByShape(networks: Readonly<Record<string, readonly Held[]>>): PublishedNames {
  return Object.fromEntries(
    Object.entries(networks).flatMap(([name, held]) => (name === averagedNetwork ? [] : [[name, ownNames(held)]])),
  );
}

function heldBy({ networks }: Trainable): Readonly<Record<string, readonly Held[]>> {
  return Object.fromEntries(
    Object.entries(networks).map(([name, network]) => [
      name,
      (['weights', 'buffers'] as const).flatMap((kind) =>
        Object.entries(network[kind]).map(([key, { shape }]) => ({ kind, key, shape })),
      ),
    ]),
  );
}
