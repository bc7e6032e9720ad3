/** The names of tensors without what PyTorch adds to them in some of its ways of working. */
import type { TensorFile } from './tensorSource.ts';

/** Put before every name by `DataParallel` and `DistributedDataParallel`. */
const parallel = /(^|\.)module\./;
/** How `torch.nn.utils.parametrizations.spectral_norm` stores what `torch.nn.utils.spectral_norm` calls otherwise. */
const parametrized: readonly (readonly [RegExp, string])[] = [
  [/\.parametrizations\.weight\.original$/, '.weight_orig'],
  [/\.parametrizations\.weight\.0\._u$/, '.weight_u'],
  [/\.parametrizations\.weight\.0\._v$/, '.weight_v'],
];

/** The same file under plain names; where two would become one, all stay as they are. */
export function plainNames(file: TensorFile): TensorFile {
  const isParallel = file.names.every((name) => parallel.test(name));
  const stored = new Map(file.names.map((name) => [plain(isParallel ? name.replace(parallel, '$1') : name), name]));
  if (stored.size < file.names.length) return file;
  return {
    names: [...stored.keys()],
    shapeOf: (name) => file.shapeOf(stored.get(name) ?? name),
    read: (name) => file.read(stored.get(name) ?? name),
    close: () => file.close(),
  };
}

function plain(name: string): string {
  return parametrized.reduce((current, [pattern, other]) => current.replace(pattern, other), name);
}
