/** Balls of white matter in grey matter in fluid, with label maps of FreeSurfer's numbers: small, and known exactly. */
import { describe, expect, it } from 'vitest';
import { anatomyResult } from '#contract/evidence/anatomy.ts';
import { anatomy } from '#worker/evidence/anatomy.ts';
import type { EvidenceScan, EvidenceScans } from '#shared/evidence/scans.ts';

const side = 32;
const spacingMm = 5;
const [fluid, grey, white] = [24, 3, 2];

/** A ball whose tissues reach to so many voxels from the middle. */
function ball(id: string, role: EvidenceScan['role'], radius: number, hasLabels = true): EvidenceScan {
  const voxels = new Float32Array(side ** 3).fill(-1);
  const labels = new Float32Array(side ** 3);
  for (let index = 0; index < voxels.length; index++) {
    const [x, y, z] = [index % side, Math.floor(index / side) % side, Math.floor(index / side / side)];
    const far = Math.hypot(x - 15.5, y - 15.5, z - 15.5);
    if (far > radius) continue;
    labels[index] = far < radius - 5 ? white : far < radius - 1.5 ? grey : fluid;
    voxels[index] = (labels[index] === white ? 0.6 : labels[index] === grey ? 0.05 : -0.75) + 0.1 * Math.sin(index);
  }
  return { id, role, voxels, labels: hasLabels ? labels : null };
}

const radii = [11.2, 11.6, 12, 12.2, 12.5, 12.9];
const scansOf = (hasLabels: boolean): EvidenceScans => ({
  side,
  spacingMm,
  real: radii.map((radius, at) => ball(`real-${String(at)}`, 'real held-out', radius)),
  synthetic: [...radii, 7].map((radius, at) => ball(`made-${String(at)}`, 'synthetic', radius, hasLabels)),
  training: [],
});
const options = { seed: 3, cacheDir: '', split: 'balls' };
const noted: string[] = [];
const hooks = { progress: (_: number, __: number, note: string) => Promise.resolve(void noted.push(note)) };

describe('the anatomy section', () => {
  it('segments both sets alike where only some have label maps, and says how well that agrees with them', async () => {
    const { result, verdict, part } = await anatomy(scansOf(false), options, hooks);
    const found = anatomyResult.parse(result.anatomy);
    expect(found.volumesFrom).toBe('segmentation');
    expect(found.labelCheck?.scans).toBe(6);
    for (const { correlation } of found.labelCheck?.measures.slice(0, 3) ?? [])
      expect(correlation).toBeGreaterThan(0.95);
    expect(found.notes.join(' ')).toContain('all are segmented alike');
    expect(found.outliers[0]?.id).toBe('made-6');
    expect(found.outliers[0]?.why).toContain('brain (tissue and fluid)');
    expect(verdict).toEqual(found.verdict);
    expect(part.html).toContain('made-6');
    expect(part.html).toContain('data:image/png');
    expect(noted).toContain('Measuring the anatomy of made-6');
  });

  it('takes the volumes of label maps where every scan has one', async () => {
    const { result } = await anatomy(scansOf(true), options, hooks);
    const found = anatomyResult.parse(result.anatomy);
    expect(found.volumesFrom).toBe('labels');
    const [first] = found.scans;
    const whiteVoxels = scansOf(true).real[0]?.labels?.filter((label) => label === white).length ?? 0;
    expect(first?.values.whiteMl).toBeCloseTo((whiteVoxels * spacingMm ** 3) / 1000, 6);
    expect(found.notes).toEqual(['Every scan came with a label map: tissue volumes are those of the label maps.']);
  });

  it('ends where it is cancelled', async () => {
    const cancelled = { progress: () => Promise.reject(new Error('cancelled')) };
    await expect(anatomy(scansOf(true), options, cancelled)).rejects.toThrow('cancelled');
  });
});
