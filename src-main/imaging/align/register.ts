/**
 * Registration of one volume to another by elastix (Klein et al. 2010, IEEE Trans Med Imaging 29:196), which runs here as
 * WebAssembly: multi-resolution, adaptive stochastic gradient descent, samples drawn from a seed.
 */
import { elastixNode } from '@itk-wasm/elastix';
import { FloatTypes, Image, ImageType, PixelTypes } from 'itk-wasm';
import type { AlignmentMetric, AlignmentTransform } from '#contract/preprocess.ts';
import type { AffineMatrix } from '#contract/records.ts';
import { applyAffine, multiplyAffines, spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan } from '../badScan.ts';

export interface RegistrationRequest {
  /** Stays where it is. */
  readonly fixed: Volume;
  readonly moving: Volume;
  /** 6 or 12 degrees of freedom. */
  readonly transform: AlignmentTransform;
  readonly metric: AlignmentMetric;
  /** Of the samples that the metric is computed at. */
  readonly seed: number;
}

type Transform = Awaited<ReturnType<typeof elastixNode>>['transform'][number];
type ParameterMap = Record<string, string[]>;
type Matrix3 = readonly [Vector3, Vector3, Vector3];

const metrics: Readonly<Record<AlignmentMetric, string>> = {
  'mutual-information': 'AdvancedMattesMutualInformation', // Mattes et al. 2003
  correlation: 'AdvancedNormalizedCorrelation',
};
const resolutions = 2; // each half of the next
const iterations = 250; // at each resolution
const samples = 2000; // at each iteration

function parameters(
  transform: AlignmentTransform,
  { metric, seed }: RegistrationRequest,
  isFirst: boolean,
): ParameterMap {
  const map: Readonly<Record<string, string | number | boolean>> = {
    Registration: 'MultiResolutionRegistration',
    FixedImagePyramid: 'FixedSmoothingImagePyramid',
    MovingImagePyramid: 'MovingSmoothingImagePyramid',
    NumberOfResolutions: resolutions,
    Interpolator: 'LinearInterpolator',
    Metric: metrics[metric],
    NumberOfHistogramBins: 32,
    Optimizer: 'AdaptiveStochasticGradientDescent',
    MaximumNumberOfIterations: iterations,
    ImageSampler: 'RandomCoordinate',
    NumberOfSpatialSamples: samples,
    NewSamplesEveryIteration: true,
    RandomSeed: 1 + (seed % 1_000_000),
    Transform: transform === 'rigid' ? 'EulerTransform' : 'AffineTransform',
    AutomaticScalesEstimation: true,
    AutomaticTransformInitialization: isFirst,
    AutomaticTransformInitializationMethod: 'CenterOfGravity',
    HowToCombineTransforms: 'Compose',
    ResampleInterpolator: 'FinalLinearInterpolator',
    Resampler: 'DefaultResampler',
    DefaultPixelValue: 0,
    WriteResultImage: false,
    WriteIterationInfo: false,
  };
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, [String(value)]]));
}

/** Elastix' images are placed by origin, spacing and axes; millimetres are RAS on both sides. */
function imageOf({ size, affine, data }: Volume): Image {
  const spacing = spacingOf(affine);
  const image = new Image(new ImageType(3, FloatTypes.Float32, PixelTypes.Scalar, 1));
  image.origin = applyAffine(affine, [0, 0, 0]);
  image.spacing = spacing;
  image.direction = Float64Array.from(
    affine.slice(0, 3).flatMap((row) => spacing.map((mm, axis) => Number(row[axis]) / mm)),
  );
  image.size = [...size];
  image.data = data;
  return image;
}

/** x → A (x − c) + c + t. */
function matrixOf({ transformType, parameters, fixedParameters: centre }: Transform): AffineMatrix {
  const at = (index: number): number => Number(parameters[index]);
  const isEuler = transformType.transformParameterization === 'Euler3D';
  const matrix: Matrix3 = isEuler
    ? eulerMatrix([at(0), at(1), at(2)])
    : [
        [at(0), at(1), at(2)],
        [at(3), at(4), at(5)],
        [at(6), at(7), at(8)],
      ];
  const shift = isEuler ? 3 : 9;
  const [x, y, z] = [Number(centre[0]), Number(centre[1]), Number(centre[2])];
  const row = (axis: 0 | 1 | 2): [number, number, number, number] => {
    const [a, b, c] = matrix[axis];
    return [a, b, c, Number(centre[axis]) + at(shift + axis) - (a * x + b * y + c * z)];
  };
  return [row(0), row(1), row(2), [0, 0, 0, 1]];
}

/** Rz · Rx · Ry, as ITK's Euler transform composes its angles in radians. */
function eulerMatrix([a, b, c]: Vector3): Matrix3 {
  const [ca, sa, cb, sb, cc, sc] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), Math.cos(c), Math.sin(c)];
  return [
    [cc * cb - sc * sa * sb, -sc * ca, cc * sb + sc * sa * cb],
    [sc * cb + cc * sa * sb, cc * ca, sc * sb - cc * sa * cb],
    [-ca * sb, sa, ca * cb],
  ];
}

/**
 * Where each place of `fixed` lies in `moving`: RAS mm to RAS mm. Begins with the two centres of mass on each other, so
 * outside of the object both should be 0. Affine: rigid first. Same request, same matrix.
 * Throws BadScan ('not-aligned') where the two have too little in common.
 */
export async function register(request: RegistrationRequest): Promise<AffineMatrix> {
  const stages: readonly AlignmentTransform[] = request.transform === 'rigid' ? ['rigid'] : ['rigid', 'affine'];
  const maps = stages.map((stage, index) => parameters(stage, request, index === 0));
  let transforms: readonly Transform[];
  try {
    const options = { fixed: imageOf(request.fixed), moving: imageOf(request.moving) };
    ({ transform: transforms } = await elastixNode(maps, options));
  } catch (thrown) {
    throw new BadScan(
      'not-aligned',
      'The scan could not be laid on the reference: the two have too little in common. Choose another reference, or leave the scan out.',
      { cause: thrown },
    );
  }
  // ITK lists the parts of a composite transform from the last to the first.
  return transforms
    .filter(({ transformType }) => transformType.transformParameterization !== 'Composite')
    .map(matrixOf)
    .reduce((later, earlier) => multiplyAffines(later, earlier));
}
