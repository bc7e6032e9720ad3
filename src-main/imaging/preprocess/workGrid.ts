/** A scan on cubic voxels of a chosen size along its own axes, and masks on the way back from there. */
import { spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { createSampler } from '../interpolate.ts';
import { forFrame, smoothingSigmaMm, type Frame } from '../frame.ts';
import { smoothVolume } from '../smooth.ts';

/** Calls `visit` with each voxel of the frame and its place in `volume`, none farther out than the outermost centres. */
function forInside(
  frame: Frame,
  { size, affine }: Frame,
  visit: (index: number, x: number, y: number, z: number) => void,
): void {
  const [lastX, lastY, lastZ] = [size[0] - 1, size[1] - 1, size[2] - 1];
  forFrame(frame, affine, (index, x, y, z) => {
    visit(
      index,
      x < 0 ? 0 : x > lastX ? lastX : x,
      y < 0 ? 0 : y > lastY ? lastY : y,
      z < 0 ? 0 : z > lastZ ? lastZ : z,
    );
  });
}

/** `volume` low-passed and interpolated linearly on voxels of `mm`; the first voxels' corners coincide. */
export function onWorkGrid(volume: Volume, mm: number): Volume {
  const { affine } = volume;
  const spacing = spacingOf(affine);
  const factor: Vector3 = [mm / spacing[0], mm / spacing[1], mm / spacing[2]];
  const along = (axis: 0 | 1 | 2): number => Math.max(1, Math.ceil(volume.size[axis] / factor[axis]));
  const row = ([x, y, z, w]: Volume['affine'][number]): Volume['affine'][number] => [
    x * factor[0],
    y * factor[1],
    z * factor[2],
    w + (x * (factor[0] - 1) + y * (factor[1] - 1) + z * (factor[2] - 1)) / 2,
  ];
  const frame: Frame = {
    size: [along(0), along(1), along(2)],
    affine: [row(affine[0]), row(affine[1]), row(affine[2]), [0, 0, 0, 1]],
  };
  const smooth = volume.data.slice();
  const sigma = (axis: 0 | 1 | 2): number => smoothingSigmaMm(spacing[axis], mm) / spacing[axis];
  smoothVolume(smooth, volume.size, [sigma(0), sigma(1), sigma(2)]);
  const { linear } = createSampler(smooth, volume.size);
  const data = new Float32Array(frame.size[0] * frame.size[1] * frame.size[2]);
  forInside(frame, volume, (index, x, y, z) => {
    data[index] = linear(x, y, z);
  });
  return { ...frame, data };
}

/** A little rounding, so that the mask's steps do not show on finer voxels. */
const roundingVoxels = 0.6;

/** A mask of the work grid on the voxels of `frame`. */
export function maskOnto(mask: Uint8Array, work: Frame, frame: Frame): Uint8Array {
  const soft = Float32Array.from(mask);
  smoothVolume(soft, work.size, [roundingVoxels, roundingVoxels, roundingVoxels]);
  const { linear } = createSampler(soft, work.size);
  const result = new Uint8Array(frame.size[0] * frame.size[1] * frame.size[2]);
  forInside(frame, work, (index, x, y, z) => {
    result[index] = linear(x, y, z) >= 0.5 ? 1 : 0;
  });
  return result;
}
