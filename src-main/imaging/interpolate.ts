/** Values of a volume between its voxels. Beyond its faces every voxel counts as zero. */
type Size = readonly [number, number, number];

/** Catmull–Rom weights (Keys 1981, IEEE Trans. ASSP 29:1153, a = −1/2) of the four voxels around a fraction. */
function cubicWeights(fraction: number, weights: Float64Array): void {
  const t = fraction;
  weights[0] = ((-t + 2) * t - 1) * t * 0.5;
  weights[1] = ((3 * t - 5) * t * t + 2) * 0.5;
  weights[2] = ((-3 * t + 4) * t + 1) * t * 0.5;
  weights[3] = (t - 1) * t * t * 0.5;
}

export interface Sampler {
  /** At a place in voxel coordinates. */
  readonly linear: (x: number, y: number, z: number) => number;
  readonly cubic: (x: number, y: number, z: number) => number;
  /** The voxel at whose centre, or next to it, the place lies. */
  readonly nearest: (x: number, y: number, z: number) => number;
}

/** Interpolation in `data` of `size` voxels, x fastest. */
export function createSampler(data: Float32Array, size: Size): Sampler {
  const [nx, ny, nz] = size;
  const plane = nx * ny;
  const at = (x: number, y: number, z: number): number =>
    x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz ? 0 : data[x + nx * y + plane * z]!;
  const wx = new Float64Array(4);
  const wy = new Float64Array(4);
  const wz = new Float64Array(4);

  const linear = (x: number, y: number, z: number): number => {
    if (x <= -1 || y <= -1 || z <= -1 || x >= nx || y >= ny || z >= nz) return 0;
    const i = Math.floor(x);
    const j = Math.floor(y);
    const k = Math.floor(z);
    const [u, v, w] = [x - i, y - j, z - k];
    const row = (b: number, c: number): number => at(i, b, c) * (1 - u) + at(i + 1, b, c) * u;
    return (row(j, k) * (1 - v) + row(j + 1, k) * v) * (1 - w) + (row(j, k + 1) * (1 - v) + row(j + 1, k + 1) * v) * w;
  };
  const cubic = (x: number, y: number, z: number): number => {
    const i = Math.floor(x) - 1;
    const j = Math.floor(y) - 1;
    const k = Math.floor(z) - 1;
    cubicWeights(x - i - 1, wx);
    cubicWeights(y - j - 1, wy);
    cubicWeights(z - k - 1, wz);
    const isInside = i >= 0 && j >= 0 && k >= 0 && i + 3 < nx && j + 3 < ny && k + 3 < nz;
    let sum = 0;
    for (let c = 0; c < 4; c++) {
      for (let b = 0; b < 4; b++) {
        const from = i + nx * (j + b) + plane * (k + c);
        const row = isInside
          ? wx[0]! * data[from]! + wx[1]! * data[from + 1]! + wx[2]! * data[from + 2]! + wx[3]! * data[from + 3]!
          : wx[0]! * at(i, j + b, k + c) +
            wx[1]! * at(i + 1, j + b, k + c) +
            wx[2]! * at(i + 2, j + b, k + c) +
            wx[3]! * at(i + 3, j + b, k + c);
        sum += wy[b]! * wz[c]! * row;
      }
    }
    return sum;
  };
  const nearest = (x: number, y: number, z: number): number => at(Math.round(x), Math.round(y), Math.round(z));
  return { linear, cubic, nearest };
}
