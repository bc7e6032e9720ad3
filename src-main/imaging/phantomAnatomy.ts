/**
 * The template of the phantom brain as distances in mm, in a frame like that of the usual atlases: x to the right from the
 * midline, y forward, z up, the anterior commissure near the origin. Every function gives a distance that is positive
 * inside. The shapes are our own, drawn after textbook proportions; `a` is |x|, as the two hemispheres mirror each other.
 */

interface Tube {
  /** Points (a, y, z) and radius in mm along the tube. */
  readonly points: readonly (readonly [a: number, y: number, z: number, radius: number])[];
}

/** Greater of the two with a rounded edge of about `radius` mm: the union of two shapes. */
export function blendMax(p: number, q: number, radius: number): number {
  const h = Math.max(radius - Math.abs(p - q), 0) / radius;
  return Math.max(p, q) + h * h * radius * 0.25;
}

/** Smaller of the two, rounded: what two shapes share. */
export function blendMin(p: number, q: number, radius: number): number {
  return -blendMax(-p, -q, radius);
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function ramp(value: number, low: number, high: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Depth in an ellipsoid at the origin with half-axes rx, ry, rz; close to a distance near the surface. */
export function ellipsoid(x: number, y: number, z: number, rx: number, ry: number, rz: number): number {
  const u = x / rx;
  const v = y / ry;
  const w = z / rz;
  const k0 = Math.sqrt(u * u + v * v + w * w);
  if (k0 < 1e-6) return Math.min(rx, ry, rz);
  const k1 = Math.sqrt((u / rx) ** 2 + (v / ry) ** 2 + (w / rz) ** 2);
  return (k0 * (1 - k0)) / k1;
}

/** Depth in a tube of varying radius; `widen` multiplies the radius. */
function tube(shape: Tube, a: number, y: number, z: number, widen: number): number {
  let best = -1e9;
  const { points } = shape;
  for (let index = 0; index + 1 < points.length; index++) {
    const p = points[index]!;
    const q = points[index + 1]!;
    const da = q[0] - p[0];
    const dy = q[1] - p[1];
    const dz = q[2] - p[2];
    const ea = a - p[0];
    const ey = y - p[1];
    const ez = z - p[2];
    const t = Math.min(1, Math.max(0, (ea * da + ey * dy + ez * dz) / (da * da + dy * dy + dz * dz)));
    const distance = Math.sqrt((ea - t * da) ** 2 + (ey - t * dy) ** 2 + (ez - t * dz) ** 2);
    best = Math.max(best, widen * (p[3] + t * (q[3] - p[3])) - distance);
  }
  return best;
}

/** Height of the tentorium, the sheet between cerebrum and cerebellum: a roof that falls to the sides and the back. */
function tentorium(a: number, y: number): number {
  return 5 - 0.42 * a + 0.22 * (y + 45);
}

/** Height of the Sylvian fissure at the side of the brain: rising backwards. */
export function sylvianHeight(a: number, y: number): number {
  return -2 - 0.4 * (y + 5) + 0.12 * (a - 50);
}

const temporalLobe: Tube = {
  points: [
    [38, 8, -27, 15],
    [46, -18, -18, 18.5],
    [47, -48, -3, 19],
  ],
};
const parahippocampal: Tube = {
  points: [
    [24, 0, -23, 10],
    [25, -22, -19, 10],
    [20, -44, -6, 10],
  ],
};

/** The cerebral hemispheres without fissures: depth below their outer surface. */
export function cerebralHull(a: number, y: number, z: number): number {
  const egg = a * (1 + 0.0019 * (y + 20)); // the back is wider than the front
  const body = ellipsoid(egg - 13, y + 17, z - 15, 53, 85, 57);
  const vertex = ellipsoid(egg - 13, y + 24, z - 40, 30, 54, 38);
  const frontFloor = -21 + 8 * Math.exp(-(((a - 26) / 14) ** 2)) + 0.004 * Math.max(0, y - 30) ** 2;
  const middleFloor = -12 + 0.1 * Math.max(0, a - 15);
  const backFloor = tentorium(a, y) + 1.2;
  const front = ramp(y, 2, 16);
  const back = ramp(-y, 28, 44);
  const floor = front * frontFloor + (1 - front) * (back * backFloor + (1 - back) * middleFloor);
  const upper = blendMin(blendMax(body, vertex, 12), z - floor, 9);
  const lower = blendMax(tube(temporalLobe, a, y, z, 1), tube(parahippocampal, a, y, z, 1), 5);
  return blendMax(upper, blendMin(lower, back > 0 ? z - backFloor + (1 - back) * 40 : lower, 5), 3.5);
}

/** Outside the callosal arch and its stalk: where the fissure between the hemispheres runs. Positive outside. */
export function outsideCallosum(y: number, z: number): number {
  const frontRadius = 19 + 21 * ramp(z, -10, 10);
  const ry = y > -6 ? frontRadius : 40;
  const rz = z > 0 ? 29 : 70;
  return (Math.sqrt(((y + 6) / ry) ** 2 + (z / rz) ** 2) - 1) * Math.min(ry, rz);
}

/** Cerebellum: two lobes and the vermis, below the tentorium. */
export function cerebellum(a: number, y: number, z: number): number {
  const lobe = ellipsoid(a - 22, y + 64, z + 35, 31, 31, 22);
  const vermis = ellipsoid(a, y + 66, z + 29, 15, 26, 22);
  const notch = Math.sqrt(a * a + ((y + 98) * 0.9) ** 2 + ((z + 42) * 0.6) ** 2) - 13; // the falx cerebelli's cut behind
  return blendMin(blendMin(blendMax(lobe, vermis, 8), tentorium(a, y) - 2.2 - z, 4), notch, 4);
}

/** Depth to which folia are drawn around this point in the white core of the cerebellum. */
export const cerebellarCore = { a: 0, y: -52, z: -33 } as const;

const stem: Tube = {
  points: [
    [0, -19, -3, 10],
    [0, -24, -14, 12],
    [0, -26, -30, 14],
    [0, -35, -46, 9.5],
    [0, -42, -66, 8],
  ],
};
const pons = { y: -20, z: -29 } as const;
const peduncle: Tube = {
  points: [
    [14, -28, -30, 8],
    [22, -50, -36, 7],
  ],
};

export function brainStem(a: number, y: number, z: number): number {
  const belly = ellipsoid(a, y - pons.y, z - pons.z, 17, 11, 12);
  const notch = Math.sqrt(a * a * 1.6 + (y + 4) ** 2 + (z + 14) ** 2) - 9; // between the legs of the midbrain
  return blendMax(blendMin(blendMax(tube(stem, a, y, z, 1), belly, 5), notch, 4), tube(peduncle, a, y, z, 1), 5);
}

const ventricleBody: Tube = {
  points: [
    [10, 29, 2, 3.6],
    [8.5, 19, 8, 5],
    [10, 0, 17.5, 4.6],
    [14, -22, 20, 4.4],
    [21, -38, 14, 6.2],
  ],
};
const ventricleHorns: Tube = {
  points: [
    [21, -38, 14, 6.2],
    [22, -58, 8, 3.6],
    [20, -70, 6, 1.6],
  ],
};
const temporalHorn: Tube = {
  points: [
    [22, -38, 13, 5],
    [31, -34, -2, 2.6],
    [33, -18, -13, 2],
    [29, -8, -17, 1.4],
  ],
};

/** Half the thickness of the septum between the ventricles. */
const septumMm = 0.55;

/** Lateral ventricles; `widen` 1 is a middling width. They grow outwards and upwards, the septum stays. */
export function lateralVentricle(a: number, y: number, z: number, widen: number): number {
  const shiftA = a - 2.6 * (widen - 1);
  const across = 9 + (shiftA - 9) / (shiftA < 9 ? 2.4 : 1.4); // wide wings that lean outwards and meet at the septum
  const body = tube(ventricleBody, across, y, z - 0.22 * (shiftA - 10), widen);
  const horns = blendMax(tube(ventricleHorns, shiftA, y, z, widen), tube(temporalHorn, a, y, z, widen), 3);
  return Math.min(blendMax(body, horns, 3), a - septumMm);
}

/** Third ventricle and aqueduct: a slit in the midline. */
export function thirdVentricle(a: number, y: number, z: number, widen: number): number {
  const slit = blendMin(ellipsoid(0, y + 9, z + 2, 12, 16, 11.5), 1.2 * widen + 0.5 - a, 1);
  const aqueduct = 1.1 - Math.sqrt(a * a + (y + 31 + 0.35 * (z + 8)) ** 2) - Math.max(0, Math.abs(z + 15) - 10);
  return Math.max(slit, aqueduct);
}

export function fourthVentricle(a: number, y: number, z: number): number {
  return blendMin(ellipsoid(a, y + 43, z + 35, 8, 5, 13), 30, 1);
}

/** Grey nuclei in the depth of a hemisphere. They give way to a wide ventricle. */
export const nuclei = {
  thalamus: (a: number, y: number, z: number, widen: number): number =>
    ellipsoid(a - 10 - 1.2 * (widen - 1), y + 18 + 0.35 * (a - 10), z - 6.5, 9.2, 16, 10),
  caudate: (a: number, y: number, z: number, widen: number): number => {
    const shift = a - 3.2 * (widen - 1);
    return Math.max(ellipsoid(shift - 14.5, y - 15, z - 5, 6, 10, 9), tube(caudateTail, shift, y, z, 1));
  },
  putamen: (a: number, y: number, z: number): number => {
    const lean = a - 0.22 * Math.abs(y - 8) - 0.12 * z;
    return ellipsoid(lean - 25, y - 3, z - 2, 5.6, 17, 11.5);
  },
  pallidum: (a: number, y: number, z: number): number =>
    ellipsoid(a - 0.25 * Math.abs(y - 8) - 0.12 * z - 17.5, y + 1, z + 0.5, 4.2, 10, 7),
  hippocampus: (a: number, y: number, z: number): number => tube(hippocampus, a, y, z, 1),
  amygdala: (a: number, y: number, z: number): number => ellipsoid(a - 23, y + 3, z + 20, 7.5, 7, 7),
} as const;

const caudateTail: Tube = {
  points: [
    [14.5, 10, 10, 5],
    [18, -8, 20, 3],
    [23, -26, 20, 1.6],
  ],
};
const hippocampus: Tube = {
  points: [
    [26, -12, -18, 5],
    [29, -24, -13, 4],
    [24, -38, -2, 3],
  ],
};
