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

/** The vector u of the power iteration, in layers that keep `weight` and `u` where others keep `weight` and `u0`. */
const singleVector = '.u';

/** The same file under plain names; where two would become one, all stay as they are. */
export function plainNames(file: TensorFile): TensorFile {
  const isParallel = file.names.every((name) => parallel.test(name));
  const given = new Set(file.names);
  const stored = new Map(
    file.names.map((name) => {
      const layer = name.slice(0, -singleVector.length);
      const isVector = name.endsWith(singleVector) && given.has(`${layer}.weight`);
      const numbered = isVector ? `${name}0` : name;
      return [plain(isParallel ? numbered.replace(parallel, '$1') : numbered), name];
    }),
  );
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
