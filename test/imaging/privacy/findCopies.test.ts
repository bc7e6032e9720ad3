import { beforeAll, describe, expect, it } from 'vitest';
import type { PrivacyResult } from '#contract/evidence/privacy.ts';
import { privacyResult } from '#contract/evidence/privacy.ts';
import type { NativeGeometry } from '#contract/records.ts';
import { createFoldTemplate, drawPhantom } from '#imaging/phantom.ts';
import { prepareScan } from '#imaging/prepareScan.ts';
import { createCopyGuard } from '#imaging/privacy/copyGuard.ts';
import { findCopies } from '#imaging/privacy/findCopies.ts';
import { resampleToGrid } from '#imaging/resampleToGrid.ts';
import type { ScanSource } from '#imaging/scanSource.ts';
import type { EvidenceScan } from '#shared/evidence/scans.ts';
import { describeShared } from '#test/sharedData.ts';
import { plant, side } from './planted.ts';

const spacingMm = 3;
const minute = 60_000;

async function onGrid(source: string | ScanSource): Promise<Float32Array> {
  return resampleToGrid(await prepareScan(source), { grid: side, spacingMm }).volume.data;
}

const scanOf = (role: EvidenceScan['role'], id: string, voxels: Float32Array): EvidenceScan => ({ id, role, voxels, labels: null }); // prettier-ignore

const nothing = { progress: (): Promise<void> => Promise.resolve() };

/** `voxels` of people: the first are trained on, the next held out, the others synthetic scans that copy nobody. */
async function look(
  voxels: readonly Float32Array[],
  { trained, heldOut, each }: { readonly trained: number; readonly heldOut: number; readonly each: number },
): Promise<PrivacyResult> {
  const training = voxels.slice(0, trained).map((of, at) => scanOf('real training', `sub-${String(at)}`, of));
  const real = voxels.slice(trained, trained + heldOut).map((of, at) => scanOf('real held-out', `other-${String(at)}`, of));
  const fresh = voxels.slice(trained + heldOut).map((of, at) => scanOf('synthetic', `new-${String(at)}`, of));
  const synthetic = [...fresh, ...plant(training, { seed: 7, each })];
  return findCopies({ side, spacingMm, real, training, synthetic }, { seed: 1, split: 'test', features: null }, nothing);
} // prettier-ignore

function expectFound({ scans, limit, worst }: PrivacyResult): void {
  const copies = scans.filter(({ id }) => !id.startsWith('new'));
  const found = copies.filter(({ id, nearest, isSuspected }) => isSuspected && id.startsWith(`${nearest}/`));
  const others = scans.filter(({ id }) => id.startsWith('new'));
  expect(copies.length).toBeGreaterThanOrEqual(10);
  expect(found.length / copies.length).toBeGreaterThanOrEqual(0.95);
  expect(others.filter(({ isSuspected }) => isSuspected).length / others.length).toBeLessThanOrEqual(0.05);
  expect(limit.share).toBe(0.05);
  expect(worst.every((id) => !id.startsWith('new'))).toBe(true);
}

describe('copies among new phantoms', () => {
  const voxels: Float32Array[] = [];
  let result: PrivacyResult;
  beforeAll(async () => {
    const template = createFoldTemplate(1);
    for (let number = 1; number <= 14; number++) {
      const { image } = drawPhantom(1, number, template);
      const native: NativeGeometry = { format: 'nifti1', size: [...image.size], spacingMm: [1.7, 1.7, 1.7], affine: image.affine, affineSource: 'sform', datatype: 'float32', valueSlope: 1, valueIntercept: 0 }; // prettier-ignore
      const source: ScanSource = { read: () => Promise.resolve({ volume: image, native, warnings: [], sourceSha256: () => Promise.resolve('') }) }; // prettier-ignore
      voxels.push(await onGrid(source));
    }
    result = await look(voxels, { trained: 8, heldOut: 2, each: 1 });
  }, 115 * minute);

  it('are found in every disguise, and new brains are not taken for copies', () => {
    expectFound(result);
    expect(result.verdict.tone).toBe('bad');
    expect(privacyResult.parse(result)).toEqual(result);
  });

  it('are told with how they lie beside their source', () => {
    const poseOf = (name: string): PrivacyResult['scans'][number]['pose'] | undefined =>
      result.scans.find(({ id }) => id.includes(`/${name}/`))?.pose;
    expect(poseOf('exact')).toEqual({ isMirrored: false, isTurned: false, shiftMm: 0, degrees: 0 });
    expect(poseOf('flipped')).toMatchObject({ isMirrored: true, isTurned: false });
    expect(poseOf('sideways')?.isTurned).toBe(true);
    expect(poseOf('shifted')?.shiftMm).toBeCloseTo(spacingMm * Math.hypot(4, 3, 2), 0);
  });

  it('are known one at a time, as they are made, by the same limit', async () => {
    const known = (from: number, to: number) => voxels.slice(from, to).map((of, at) => ({ id: `sub-${String(at)}`, read: () => Promise.resolve(of) })); // prettier-ignore
    const guard = await createCopyGuard({ side, training: known(0, 8), heldOut: known(8, 10), step: nothing.progress });
    expect(guard?.limit).toEqual(result.limit);
    const [source = new Float32Array(), other = new Float32Array()] = [voxels[3], voxels[12]];
    expect(await guard?.check(source.map((value) => Math.min(1, value + 0.05)))).toMatchObject({ isSuspected: true, nearest: 'sub-3' }); // prettier-ignore
    expect(await guard?.check(other)).toMatchObject({ isSuspected: false });
  });

  it('are told to a board in words, with numbers and limits', () => {
    const words = result.statement.join(' ');
    expect(words).toContain('8 training scans');
    expect(words).toContain('28/2024');
    expect(words).toContain('differential privacy');
    expect(words).toContain('face');
  });
});

describeShared('copies of real anatomies', 'cohort', (folder) => {
  it('are found in every disguise, and other people are not taken for copies', async () => {
    const names = Array.from({ length: 14 }, (_, at) => `sub-${String(at + 7).padStart(2, '0')}`) // of 1.5 mm;
    const voxels: Float32Array[] = [];
    for (const name of names) voxels.push(await onGrid(`${folder}/${name}/anat/${name}_T1w.nii.gz`));
    expectFound(await look(voxels, { trained: 8, heldOut: 3, each: 1 }));
  }, 15 * minute); // prettier-ignore
});
