/** The models, loaded when first asked for: they bring the tensor library with them. */
export type Registry = typeof import('#models/registry.ts');
export type ModelEntry = Registry['registry'][number];
type GeneratorEntry = Extract<ModelEntry, { kind: 'generator' }>;
export type TrainingLevel = ReturnType<NonNullable<GeneratorEntry['levels']>>[number];

export function loadRegistry(): Promise<Registry> {
  return import('#models/registry.ts');
}
