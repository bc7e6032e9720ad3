/**
 * A whole volume through HA-GAN's last layers, a slab of features at a time: memory is bounded by the slab, and the
 * result is that of one pass. Each slab is computed with the neighbours that it depends on, and normalised by the moments
 * of the whole volume, which a first pass over the slabs gathers.
 */
import * as tf from '@tensorflow/tfjs';
import { layerNorm, groups, upsample } from '../haGanNetworks.ts';
import type { NamedTensors } from '../model.ts';
import { groupMoments, groupNormReluBy, mergeMoments } from '../ops/groupNorm.ts';

/** Feature voxels along the depth: from `first` on, `length` of them. */
interface Range {
  readonly first: number;
  readonly length: number;
}

/** A 3³ convolution after upsampling depends on the feature voxels next to its own. */
const reach = 1;

/**
 * Features A [1, S/4, S/4, S/4, c] → the volume [1, S, S, S, 1] in [-1, 1], `thickness` voxels of A at a time; the caller
 * disposes. `leaves` are the generator's.
 */
export function renderInSlabs(leaves: NamedTensors, features: tf.Tensor5D, thickness: number): tf.Tensor5D {
  const depth = features.shape[1];
  const whole: Range = { first: 0, length: depth };
  const slabs = Array.from({ length: Math.ceil(depth / thickness) }, (_, index): Range => {
    const first = index * thickness;
    return { first, length: Math.min(thickness, depth - first) };
  });
  const grow = ({ first, length }: Range): Range => {
    const begin = Math.max(0, first - reach);
    return { first: begin, length: Math.min(depth, first + length + reach) - begin };
  };
  /** What layer `high1` makes of a range of A, before it is normalised: twice as many voxels along each axis. */
  const firstLayer = (range: Range): tf.Tensor5D => {
    const seen = grow(range);
    return cut(upsample(cut(features, seen, whole, 1), leaves, 'high1'), range, seen, 2);
  };

  const moments = tf.tidy(() =>
    slabs.map((slab) => tf.tidy(() => groupMoments(firstLayer(slab), groups))).reduce(mergeMoments),
  );
  const pieces = slabs.map((slab) =>
    tf.tidy(() => {
      const seen = grow(slab);
      const hidden = groupNormReluBy(moments, layerNorm(firstLayer(seen), leaves, 'high1'));
      return tf.tanh(cut(upsample(hidden, leaves, 'high2'), slab, seen, 4));
    }),
  );
  tf.dispose([moments.mean, moments.variance]);
  const volume = tf.concat(pieces, 1); // [1, S, S, S, 1]
  tf.dispose(pieces);
  return volume;
}

/** The part of `x` that covers `range`, where `x` covers `of` with `scale` voxels for each voxel of A. */
function cut(x: tf.Tensor5D, range: Range, of: Range, scale: number): tf.Tensor5D {
  const [batch, , height, width, channels] = x.shape;
  const first = scale * (range.first - of.first);
  return tf.slice(x, [0, first, 0, 0, 0], [batch, scale * range.length, height, width, channels]);
}
