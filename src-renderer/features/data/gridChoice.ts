/** The grids one may import to, and what trains on each. */
import type { ModelDescriptor } from '#contract/records.ts';

export interface GridChoice {
  readonly grid: number;
  /** Titles of the models that train on it. */
  readonly models: readonly string[];
  /** Of those that do not. */
  readonly others: readonly string[];
  /** One volume in the project, in single precision. */
  readonly bytesEach: number;
}

const bytesPerVoxel = 4;
/** Smaller ones are for trying the software. */
const usualGrid = 64;

export function gridChoices(models: readonly ModelDescriptor[]): readonly GridChoice[] {
  const grids = [...new Set(models.flatMap((model) => model.grids ?? []))].toSorted((a, b) => a - b);
  return grids.map((grid) => {
    const trains = (model: ModelDescriptor): boolean => model.grids?.includes(grid) ?? true;
    return {
      grid,
      models: models.filter(trains).map(({ title }) => title),
      others: models.filter((model) => !trains(model)).map(({ title }) => title),
      bytesEach: grid ** 3 * bytesPerVoxel,
    };
  });
}

export const defaultGrid = (choices: readonly GridChoice[]): number =>
  choices.find(({ grid }) => grid === usualGrid)?.grid ?? choices.at(-1)?.grid ?? usualGrid;
