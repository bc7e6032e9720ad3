/**
 * How the tensors of a network are called and laid out in the state dicts that its authors published, so that weights go
 * both ways. A published tensor is ours, seen with other sides, with its axes in another order: `permuteAxes`.
 */
export interface PublishedTensor {
  /** In the state dict of its network: 'conv1.weight'. */
  readonly name: string;
  readonly kind: 'weights' | 'buffers';
  /** What the network calls it. */
  readonly key: string;
  /** Our tensor as it is to be seen … */
  readonly sides: readonly number[];
  /** … which of these axes comes first, second … in the published one … */
  readonly axes: readonly number[];
  /** … and the published shape. */
  readonly shape: readonly number[];
  /** A published bias that is left out here; a running mean takes it in, since normalisation removes it. */
  readonly bias?: string;
}

/** In the published state dict without an effect here: not needed to read it, written with `value` everywhere. */
export interface IdleTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: number;
}

export interface PublishedNetwork {
  readonly tensors: readonly PublishedTensor[];
  readonly idle: readonly IdleTensor[];
}

/** By network. An averaged generator goes by the names of the generator. */
export type PublishedNames = Readonly<Record<string, PublishedNetwork>>;

/** How a layer with spectral normalisation is stored. */
export type SpectralForm =
  | 'torch' // torch.nn.utils.spectral_norm: weight_orig, weight_u, weight_v
  | 'biggan'; // the layers of BigGAN-PyTorch: weight, u0, sv0

/** Of several layers, one network. */
export function joinNames(...layers: readonly PublishedNetwork[]): PublishedNetwork {
  return { tensors: layers.flatMap(({ tensors }) => tensors), idle: layers.flatMap(({ idle }) => idle) };
}

interface Filter {
  /** Of the published layer. */
  readonly name: string;
  /** Of our weight. */
  readonly key: string;
  readonly into: number;
  readonly out: number;
  readonly spectral: SpectralForm | null;
}

/** Published [out, in, d, h, w], ours [d, h, w, in, out] or the same numbers as a matrix [d · h · w · in, out]. */
export function convolutionNames(filter: Filter & { readonly kernel: readonly number[] }): PublishedNetwork {
  const { into, out, kernel } = filter;
  return weightNames(filter, {
    weight: { sides: [...kernel, into, out], axes: [4, 3, 0, 1, 2], shape: [out, into, ...kernel] },
    rows: { sides: [...kernel, into], axes: [3, 0, 1, 2] },
  });
}

/** A transposed convolution of a code at 1³: published [in, out, d, h, w], ours a matrix [in, d · h · w · out]. */
export function seedNames(filter: Filter & { readonly kernel: readonly number[] }): PublishedNetwork {
  const { into, out, kernel } = filter;
  return weightNames(filter, {
    weight: { sides: [into, ...kernel, out], axes: [0, 4, 1, 2, 3], shape: [into, out, ...kernel] },
    rows: { sides: [into, ...kernel], axes: [0, 1, 2, 3] },
  });
}

/** Published [out, in], ours [in, out]. */
export function linearNames(filter: Filter): PublishedNetwork {
  const { into, out } = filter;
  return weightNames(filter, {
    weight: { sides: [into, out], axes: [1, 0], shape: [out, into] },
    rows: { sides: [into], axes: [0] },
  });
}

/** A linear layer whose outputs are the maps of voxels: published [out · d · h · w, in], ours [in, d · h · w · out]. */
export function voxelLinearNames(
  { name, key, into, out, voxels }: Omit<Filter, 'spectral'> & { readonly voxels: readonly number[] }, // prettier-ignore
): PublishedNetwork {
  const length = out * voxels.reduce((product, side) => product * side, 1);
  const weight = { sides: [into, ...voxels, out], axes: [4, 1, 2, 3, 0], shape: [length, into] };
  const bias = { sides: [...voxels, out], axes: [3, 0, 1, 2], shape: [length] };
  return {
    tensors: [
      { name: `${name}.weight`, kind: 'weights', key, ...weight },
      { name: `${name}.bias`, kind: 'weights', key: `${key}.bias`, ...bias },
    ],
    idle: [],
  };
}

type Layout = Pick<PublishedTensor, 'sides' | 'axes'>;

/** `rows`: how the inputs of an output lie in our vector v of the power iteration. */
function weightNames(
  { name, key, out, spectral }: Filter,
  { weight, rows }: { readonly weight: Layout & { readonly shape: readonly number[] }; readonly rows: Layout },
): PublishedNetwork {
  const length = rows.sides.reduce((product, side) => product * side, 1);
  const u = { kind: 'buffers', key: `${key}.u`, sides: [out], axes: [0] } as const;
  switch (spectral) {
    case null:
      return { tensors: [{ name: `${name}.weight`, kind: 'weights', key, ...weight }], idle: [] };
    case 'torch':
      return {
        tensors: [
          { name: `${name}.weight_orig`, kind: 'weights', key, ...weight },
          { name: `${name}.weight_u`, shape: [out], ...u },
          { name: `${name}.weight_v`, kind: 'buffers', key: `${key}.v`, ...rows, shape: [length] },
        ],
        idle: [],
      };
    case 'biggan': // v is found from u by the next power iteration
      return {
        tensors: [
          { name: `${name}.weight`, kind: 'weights', key, ...weight },
          { name: `${name}.u0`, shape: [1, out], ...u },
        ],
        idle: [{ name: `${name}.sv0`, shape: [1], value: 1 }],
      };
  }
}

/** A bias, a gain, a shift: the same numbers in the same order. */
export function vectorNames(name: string, key: string, length: number): PublishedNetwork {
  return { tensors: [{ name, kind: 'weights', key, sides: [length], axes: [0], shape: [length] }], idle: [] };
}

/** A published tensor that this network does without. */
export function idleNames(name: string, shape: readonly number[], value: number): PublishedNetwork {
  return { tensors: [], idle: [{ name, shape, value }] };
}

interface BatchNormNames {
  readonly name: string;
  /** `<layer>.gamma`, `<layer>.beta` and, where they are kept, `<layer>.mean`, `<layer>.variance` are ours. */
  readonly layer: string;
  readonly maps: number;
  readonly hasRunning: boolean;
  /** The bias of the published layer before it, if it has one. */
  readonly bias?: string;
}

export function batchNormNames({ name, layer, maps, hasRunning, bias }: BatchNormNames): PublishedNetwork {
  const running = (published: string, key: string): PublishedTensor => ({
    ...{ name: `${name}.${published}`, kind: 'buffers', key: `${layer}.${key}` },
    ...{ sides: [maps], axes: [0], shape: [maps] },
  });
  return joinNames(
    vectorNames(`${name}.weight`, `${layer}.gamma`, maps),
    vectorNames(`${name}.bias`, `${layer}.beta`, maps),
    hasRunning
      ? {
          tensors: [
            { ...running('running_mean', 'mean'), ...(bias === undefined ? {} : { bias }) },
            running('running_var', 'variance'),
          ],
          idle: [],
        }
      : joinNames(idleNames(`${name}.running_mean`, [maps], 0), idleNames(`${name}.running_var`, [maps], 1)),
    idleNames(`${name}.num_batches_tracked`, [], 0),
  );
}

/** Our own names where nothing was published in PyTorch: the layouts are PyTorch's all the same. */
export function ownNames(
  tensors: readonly { readonly kind: 'weights' | 'buffers'; readonly key: string; readonly shape: readonly number[] }[],
): PublishedNetwork {
  const axesOf = (rank: number, kind: 'weights' | 'buffers'): number[] => {
    if (kind === 'weights' && rank === 5) return [4, 3, 0, 1, 2];
    if (kind === 'weights' && rank === 2) return [1, 0];
    return Array.from({ length: rank }, (_, axis) => axis);
  };
  return {
    tensors: tensors.map(({ kind, key, shape }) => {
      const axes = axesOf(shape.length, kind);
      return { name: key, kind, key, sides: shape, axes, shape: axes.map((axis) => shape[axis] ?? 1) };
    }),
    idle: [],
  };
}

/** Numbers of a tensor with these sides, in C order → those of the tensor whose axis i is axis `axes[i]` of the given one. */
export function permuteAxes(values: Float32Array, sides: readonly number[], axes: readonly number[]): Float32Array {
  const strides = sides.map((_, axis) => sides.slice(axis + 1).reduce((product, side) => product * side, 1));
  const lengths = axes.map((axis) => sides[axis] ?? 1);
  const steps = axes.map((axis) => strides[axis] ?? 1);
  const permuted = new Float32Array(values.length);
  const index = lengths.map(() => 0);
  let from = 0;
  for (let to = 0; to < permuted.length; to++) {
    permuted[to] = values[from] ?? 0;
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      const step = steps[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      if (next < (lengths[axis] ?? 1)) {
        index[axis] = next;
        from += step;
        break;
      }
      from -= (next - 1) * step;
      index[axis] = 0;
    }
  }
  return permuted;
}

/** Published numbers in our order. */
export function fromPublished(values: Float32Array, { sides, axes }: PublishedTensor): Float32Array {
  const inverse = sides.map((_, axis) => axes.indexOf(axis));
  return permuteAxes(
    values,
    axes.map((axis) => sides[axis] ?? 1),
    inverse,
  );
}

/** Our numbers in the published order. */
export function toPublished(values: Float32Array, { sides, axes }: PublishedTensor): Float32Array {
  return permuteAxes(values, sides, axes);
}
