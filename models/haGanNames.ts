/**
 * Names of HA-GAN's tensors in the state dicts of its authors (batmanlab/HA-GAN): generator, discriminator, and the two
 * encoders. Grids of less than 128³, which they do not have, go by the names of the stages that are left.
 */
import { judgedDepthAt, seedSide, slabStagesOf, trunkOf, type HaGanSize } from './haGanNetworks.ts';
import {
  convolutionNames,
  joinNames,
  linearNames,
  vectorNames,
  voxelLinearNames,
  type PublishedNames,
  type PublishedNetwork,
  type SpectralForm,
} from './publishedNames.ts';

interface Layer {
  readonly name: string;
  readonly key: string;
  readonly into: number;
  readonly out: number;
}

const cube = (side: number): readonly number[] => [side, side, side];

/** A filter and its bias; `bn`: the group normalisation after it, which the authors call so. */
function layerNames({
  kernel,
  bn,
  spectral = null,
  ...layer
}: Layer & {
  readonly kernel: readonly number[];
  readonly bn?: string;
  readonly spectral?: SpectralForm | null;
}): PublishedNetwork {
  const { name, key, out } = layer;
  return joinNames(
    convolutionNames({ ...layer, kernel, spectral }),
    vectorNames(`${name}.bias`, `${key}.bias`, out),
    ...(bn === undefined
      ? []
      : [vectorNames(`${bn}.weight`, `${key}.gamma`, out), vectorNames(`${bn}.bias`, `${key}.beta`, out)]),
  );
}

/** A numbered layer followed by the normalisation of its number. */
const numbered = (prefix: string, number: number, rest: Omit<Layer, 'name'> & { readonly kernel: readonly number[] }): PublishedNetwork =>
  layerNames({ ...rest, name: `${prefix}${String(number)}`, bn: `${prefix.replace(/(tp_)?conv$/, 'bn')}${String(number)}` }); // prettier-ignore

export function haGanNames(size: HaGanSize): PublishedNames {
  return {
    generator: generatorNames(size),
    discriminator: discriminatorNames(size),
    slabEncoder: slabEncoderNames(size),
    codeEncoder: codeEncoderNames(size),
  };
}

function generatorNames({ grid, latent, width, classes }: HaGanSize): PublishedNetwork {
  const trunk = trunkOf(grid, width);
  const seedMaps = trunk[0] ?? width;
  const last = trunk.length;
  return joinNames(
    voxelLinearNames({ name: 'fc1', key: 'seed', into: latent + classes, out: seedMaps, voxels: cube(seedSide) }),
    ...trunk.map((out, index) =>
      numbered('tp_conv', index + 1, {
        key: `trunk${String(index + 1)}`,
        into: trunk[index - 1] ?? seedMaps,
        out,
        kernel: cube(3),
      }),
    ),
    numbered('tp_conv', last + 1, { key: 'high1', into: 2 * width, out: width, kernel: cube(3) }),
    layerNames({ name: `tp_conv${String(last + 2)}`, key: 'high2', into: width, out: 1, kernel: cube(3) }),
    numbered('sub_G.tp_conv', 1, { key: 'low1', into: 2 * width, out: width, kernel: cube(3) }),
    numbered('sub_G.tp_conv', 2, { key: 'low2', into: width, out: width / 2, kernel: cube(3) }),
    layerNames({ name: 'sub_G.tp_conv3', key: 'low3', into: width / 2, out: 1, kernel: cube(3) }),
  );
}

/** Published stages are numbered as at 256³: of smaller grids the first ones are missing. */
const droppedAt = (grid: number): number => Math.log2(256 / grid);

/** Feature maps from a quarter of the grid down to 4³. */
const outwardOf = ({ grid, width }: HaGanSize): readonly number[] =>
  [1, 2, 4, 8].slice(droppedAt(grid)).map((times) => times * width);

function discriminatorNames(size: HaGanSize): PublishedNetwork {
  const { grid, width, classes } = size;
  const spectral = 'biggan';
  const dropped = droppedAt(grid);
  const slabStages = slabStagesOf(width).slice(dropped);
  const outward = outwardOf(size);
  const score = (layer: Layer): PublishedNetwork =>
    joinNames(linearNames({ ...layer, spectral }), vectorNames(`${layer.name}.bias`, `${layer.key}.bias`, layer.out));
  return joinNames(
    ...slabStages.map(({ kernel, maps }, index) => {
      const [name, key] = [`conv${String(dropped + index + 1)}`, `high${String(index + 1)}`];
      return layerNames({ name, key, into: slabStages[index - 1]?.maps ?? 1, out: maps, kernel, spectral });
    }),
    layerNames({
      name: 'conv7',
      key: 'highCode',
      into: 16 * width,
      out: 4 * width,
      kernel: [judgedDepthAt(grid), seedSide, seedSide],
      spectral,
    }),
    score({ name: 'fc1', key: 'highHidden', into: 4 * width + 1, out: 2 * width }),
    score({ name: 'fc2', key: 'highScore', into: 2 * width, out: 1 }),
    ...(classes > 0 ? [score({ name: 'fc2_class', key: 'highClass', into: 2 * width, out: classes })] : []),
    ...outward.map((out, index) => {
      const [name, key] = [`sub_D.conv${String(dropped + index + 1)}`, `low${String(index + 1)}`];
      return layerNames({ name, key, into: outward[index - 1] ?? 1, out, kernel: cube(4), spectral });
    }),
    layerNames({
      name: 'sub_D.conv5',
      key: 'lowOut',
      into: 8 * width,
      out: 1 + classes,
      kernel: cube(seedSide),
      spectral,
    }),
  );
}

function slabEncoderNames({ width }: HaGanSize): PublishedNetwork {
  return joinNames(
    numbered('conv', 1, { key: 'down1', into: 1, out: width, kernel: cube(4) }),
    numbered('conv', 2, { key: 'same', into: width, out: width, kernel: cube(3) }),
    numbered('conv', 3, { key: 'down2', into: width, out: 2 * width, kernel: cube(4) }),
  );
}

function codeEncoderNames(size: HaGanSize): PublishedNetwork {
  const { grid, latent, width } = size;
  const outward = outwardOf(size);
  return joinNames(
    ...outward.map((out, index) =>
      numbered('conv', droppedAt(grid) + index + 1, {
        key: `down${String(index + 1)}`,
        into: outward[index - 1] ?? 2 * width,
        out,
        kernel: cube(4),
      }),
    ),
    layerNames({ name: 'conv5', key: 'out', into: 8 * width, out: latent, kernel: cube(seedSide) }),
  );
}
