/** What a voxel of the phantom is made of: tissues painted one over another, each with its share of the voxel. */
import {
  blendMax,
  blendMin,
  brainStem,
  cerebellarCore,
  cerebellum,
  ellipsoid,
  fourthVentricle,
  lateralVentricle,
  nuclei,
  outsideCallosum,
  ramp,
  sylvianHeight,
  thirdVentricle,
} from './phantomAnatomy.ts';
import type { PhantomSubject } from './phantomSubject.ts';

/** Mean intensity of a T1-weighted scan, 0 to 255. */
const white = 170;
const grey = 104;
const fluid = 30;

/** Structure numbers and names of FreeSurfer's colour table (left, right), so that other tools name them. */
const structures = {
  whiteMatter: [2, 41, 'Cerebral-White-Matter', white],
  cortex: [3, 42, 'Cerebral-Cortex', grey],
  lateralVentricle: [4, 43, 'Lateral-Ventricle', fluid],
  cerebellumWhite: [7, 46, 'Cerebellum-White-Matter', 163],
  cerebellumCortex: [8, 47, 'Cerebellum-Cortex', 110],
  thalamus: [10, 49, 'Thalamus', 138],
  caudate: [11, 50, 'Caudate', 121],
  putamen: [12, 51, 'Putamen', 127],
  pallidum: [13, 52, 'Pallidum', 150],
  hippocampus: [17, 53, 'Hippocampus', 111],
  amygdala: [18, 54, 'Amygdala', 112],
  thirdVentricle: [14, 14, '3rd-Ventricle', fluid],
  fourthVentricle: [15, 15, '4th-Ventricle', fluid],
  brainStem: [16, 16, 'Brain-Stem', 157],
  fluid: [24, 24, 'CSF', fluid],
} as const;
type Structure = keyof typeof structures;

/** The label table, as `dseg.tsv` wants it. */
export const phantomStructures: readonly { readonly index: number; readonly name: string }[] = Object.values(structures)
  .flatMap(([left, right, name]) =>
    left === right
      ? [{ index: left, name: name }]
      : [
          { index: left, name: `Left-${name}` },
          { index: right, name: `Right-${name}` },
        ],
  )
  .sort((a, b) => a.index - b.index);

export interface PhantomPoint {
  /** Template coordinates in mm. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Below the surface of the hemispheres. */
  readonly depthMm: number;
  /** From the nearest sulcus' middle sheet, were it endlessly deep, and how deep it is. */
  readonly sulcusMm: number;
  readonly reachMm: number;
}

export interface TissuePainter {
  paint(point: PhantomPoint): void;
  intensity(): number;
  label(): number;
}

/** A painter for one person; it keeps the last painted voxel, so that nothing is allocated per voxel. */
export function createTissuePainter(subject: PhantomSubject, voxelMm: number): TissuePainter {
  const half = voxelMm / 2;
  let value = 0;
  let label = 0;

  /** Share of a voxel on the inner side of a surface `distance` mm away. */
  const share = (distance: number): number => Math.min(1, Math.max(0, 0.5 + distance / voxelMm));
  /** Share of a voxel taken by a slit `halfWidth` to both sides of a sheet `distance` mm away. */
  const slit = (distance: number, halfWidth: number): number =>
    Math.max(0, Math.min(1, halfWidth / half, (halfWidth + half - distance) / voxelMm));
  const paint = (structure: Structure, part: number, isRight: boolean): void => {
    if (part <= 0) return;
    const entry = structures[structure];
    value += part * (entry[3] - value);
    if (part > 0.5) label = isRight ? entry[1] : entry[0];
  };

  const paintCerebrum = (point: PhantomPoint, a: number, isRight: boolean): void => {
    const { y, z, depthMm, sulcusMm, reachMm } = point;
    const inside = share(depthMm);
    if (inside <= 0) return;
    const below = Math.max(0, depthMm - reachMm);
    const arch = outsideCallosum(y, z);
    const behindWall = Math.max(0, -arch) * (1 - ramp(a, 14, 24)); // no sulcus cuts the callosum
    const sulcus = Math.sqrt(sulcusMm * sulcusMm + below * below + behindWall * behindWall);
    const sulcusWidth = subject.sulcusMm * (0.75 + 0.9 * Math.exp(-Math.max(0, depthMm) / 3.5));

    // The Sylvian fissure goes in to the insula and turns up and down there.
    const height = z - sylvianHeight(a, y);
    const along = Math.max(0, y - 20, -26 - y);
    const stem = Math.sqrt(height * height + Math.max(0, 37 - a) ** 2 + Math.max(0, y - 24, -46 - y) ** 2);
    const insulaDepth = 36.5 - 0.02 * (y + 4) ** 2;
    const insula = Math.sqrt((a - insulaDepth) ** 2 + Math.max(0, Math.abs(height) - 11) ** 2 + along * along);
    const sylvian = Math.min(stem, insula);
    const sylvianWidth = subject.sulcusMm + 0.5 + 1.6 * ramp(y, 2, 22);

    const wallWidth = 0.5 + 0.6 * subject.sulcusMm;
    const wall = Math.sqrt(a * a + Math.max(0, -arch) ** 2);
    const slits = Math.max(slit(sulcus, sulcusWidth), slit(sylvian, sylvianWidth), slit(wall, wallWidth));
    // Rounded where a sulcus meets the surface: the crowns of gyri.
    const pial = Math.min(blendMin(depthMm, sulcus - sulcusWidth, 6), sylvian - sylvianWidth, wall - wallWidth);
    const thickness = subject.cortexMm * (0.92 + 0.16 * Math.exp(-Math.max(0, depthMm) / 4)); // crowns are the thicker ones
    value = value * (1 - inside) + inside * fluid;
    if (inside > 0.5) label = 24;
    const funnel = Math.exp(-Math.max(0, depthMm) / 3.5); // sulci open towards the surface
    const tissue = inside * Math.min(1 - slits, 1 - funnel * (1 - share(pial)));
    paint('cortex', tissue, isRight);
    paint('whiteMatter', Math.min(tissue, share(pial - thickness)), isRight);
  };

  const paintDeep = (a: number, y: number, z: number, isRight: boolean): void => {
    const wide = subject.ventricles;
    const arch = outsideCallosum(y, z);
    const callosum = Math.min(-0.3 - arch, arch + 6.2, 13 - a, z - 1);
    paint('whiteMatter', share(callosum), isRight);
    paint('pallidum', share(nuclei.pallidum(a, y, z)), isRight);
    paint('putamen', share(nuclei.putamen(a, y, z)), isRight);
    paint('caudate', share(nuclei.caudate(a, y, z, wide)), isRight);
    paint('thalamus', share(nuclei.thalamus(a, y, z, wide)), isRight);
    paint('hippocampus', share(nuclei.hippocampus(a, y, z)), isRight);
    paint('amygdala', share(nuclei.amygdala(a, y, z)), isRight);
  };

  /** Lobules part to a third of the depth, folia on them to a few mm; both fan out from the core. */
  const paintCerebellum = (depth: number, x: number, y: number, z: number, isRight: boolean): void => {
    const inside = share(depth);
    if (inside <= 0) return;
    const forward = y - cerebellarCore.y;
    const up = z - cerebellarCore.z;
    const radius = Math.sqrt(forward * forward + up * up) + 4;
    const angle = Math.atan2(up, -forward) + 0.006 * Math.abs(x) + 0.05 * Math.sin(x * 0.21 + 1);
    const spacing = (count: number): number => (Math.abs(Math.sin(angle * count)) * radius) / count;
    const lobule = Math.sqrt(spacing(3.5) ** 2 + Math.max(0, depth - 13) ** 2);
    const folium = Math.sqrt(spacing(14) ** 2 + Math.max(0, depth - 4.5) ** 2);
    const open = Math.max(slit(lobule, 0.35 + 0.3 * subject.sulcusMm), slit(folium, 0.18 + 0.1 * subject.sulcusMm));
    const pial = Math.min(depth - 0.6, lobule - 0.5, folium);
    value = value * (1 - inside) + inside * fluid;
    if (inside > 0.5) label = 24;
    paint('cerebellumCortex', inside * (1 - open), isRight);
    paint('cerebellumWhite', share(pial - 3.1), isRight);
  };

  return {
    paint: (point) => {
      const { x, y, z } = point;
      const a = Math.abs(x);
      const isRight = x >= 0;
      value = 0;
      label = 0;
      const stem = y < 15 && z < 15 && a < 40 ? brainStem(a, y, z) : -99;
      const small = z < 14 && y < -20 ? cerebellum(a, y, z) : -99;
      // Skull stripping leaves a rim of fluid and fills the clefts between the parts.
      const parts = blendMax(point.depthMm + 0.9, blendMax(small + 0.9, stem + 0.6, 16), 16);
      const envelope = a < 20 ? Math.max(parts, ellipsoid(a, y + 48, z + 3, 15, 13, 12)) : parts; // behind the splenium
      const rim = share(envelope);
      if (rim <= 0) return;
      value = rim * fluid;
      if (rim > 0.5) label = 24;
      paintCerebrum(point, a, isRight);
      if (a < 45 && y > -75 && y < 42 && z > -32 && z < 42) paintDeep(a, y, z, isRight);
      if (z < -4) paint('fluid', share(stem + 2.4) * ramp(-z, 4, 9), isRight); // cisterns
      paint('brainStem', share(stem), isRight);
      paintCerebellum(small, x, y, z, isRight);
      if (z < -15) paint('fourthVentricle', share(fourthVentricle(a, y, z)), isRight);
      if (a < 48 && y > -80 && y < 42 && z > -26 && z < 42) {
        paint('lateralVentricle', share(lateralVentricle(a, y, z, subject.ventricles)), isRight);
        paint('thirdVentricle', share(thirdVentricle(a, y, z, subject.ventricles)), isRight);
      }
    },
    intensity: () => value,
    label: () => label,
  };
}
