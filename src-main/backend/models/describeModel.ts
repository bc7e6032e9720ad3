/** A model of the registry in the words of the interface. */
import type { ModelDescriptor } from '#contract/records.ts';
import type { ModelEntry } from './loadRegistry.ts';
import { describeSchema } from './parseConfig.ts';

export function describeModel(entry: ModelEntry): ModelDescriptor {
  return {
    id: entry.id,
    kind: entry.kind,
    title: entry.title,
    purpose: entry.purpose,
    citation: entry.citation,
    differences: [...entry.differences],
    grids: entry.kind === 'generator' ? [...entry.grids] : null,
    presets: entry.presets.map(({ id, title, config }) => ({ id, title, config: { ...config } })),
    defaultPreset: entry.defaultPreset,
    configSchema: describeSchema(entry),
  };
}
