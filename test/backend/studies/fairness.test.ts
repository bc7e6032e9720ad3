import { expect, test } from 'vitest';
import type { FairnessReport } from '#contract/studies.ts';
import { cuesOf } from '#imaging/studyCues.ts';
import { applyRemedies, sharedTraits, traitsOf } from '#imaging/studyRemedies.ts';
import { smoothVolume } from '#imaging/smooth.ts';
import { createRandom } from '#shared/random.ts';
import { testFairness } from '#shared/study/fairness.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { StudyRemedy } from '#contract/studies.ts';
import { openBackend } from '../openBackend.ts';
import { exampleProject, exampleStudy, passphrase, smallBrain } from './exampleStudy.ts';

const count = 12;
const background = -1;
const file = new Uint8Array(400);

/** On [-1, 1] with background −1, as prepared scans are. */
function prepared(number: number): Volume {
  const { data, ...place } = smallBrain(number);
  return { ...place, data: data.map((value) => (value === 0 ? background : Math.max(-0.99, Math.min(1, (value - 500) / 500)))) }; // prettier-ignore
}

const onBrain = (volume: Volume, change: (value: number) => number): Volume => ({
  ...volume,
  data: volume.data.map((value) => (value === background ? background : change(value))),
});

function blurred(volume: Volume): Volume {
  const data = Float32Array.from(volume.data);
  smoothVolume(data, volume.size, [0.7, 0.7, 0.7]);
  return { ...volume, data: data.map((value, at) => (volume.data[at] === background ? background : Math.max(-0.99, value))) }; // prettier-ignore
}

function guard(change: (volume: Volume) => Volume, remedies: readonly StudyRemedy[] = []): FairnessReport {
  // prettier-ignore
  const volumes = Array.from({ length: 2 * count }, (_, at) => ({
    isSynthetic: at >= count,
    volume: at < count ? prepared(2000 + at) : change(prepared(2000 + at)),
  }));
  const shared = sharedTraits(volumes.map(({ volume }) => traitsOf(volume)), remedies); // prettier-ignore
  const cases = volumes.map(({ isSynthetic, volume }) => ({
    isSynthetic,
    features: cuesOf(applyRemedies(volume, shared), file),
  }));
  return testFairness({ cases, remedies, seed: 1 });
}

const found = ({ cues }: FairnessReport): string[] => cues.filter(({ verdict }) => verdict === 'cue').map(({ cue }) => cue); // prettier-ignore

test('the guard finds a background that is off, blur, and a shifted histogram, and says how to remove them', () => {
  const offset = guard((volume) => ({ ...volume, data: volume.data.map((value) => (value === background ? -0.98 : value)) })); // prettier-ignore
  expect(found(offset)).toContain('background');
  const blur = guard(blurred);
  expect(found(blur)).toEqual(expect.arrayContaining(['spectrum', 'sharpness']));
  expect(blur.cues.find(({ cue }) => cue === 'sharpness')).toMatchObject({ remedy: 'match-sharpness', words: expect.stringContaining('can be told apart') as string }); // prettier-ignore
  const shift = guard((volume) => onBrain(volume, (value) => Math.min(1, value + 0.15)));
  expect(found(shift)).toContain('histogram');
  expect([offset, blur, shift].map(({ fair }) => fair)).toEqual([false, false, false]);
});

test('what the remedies do takes the cue away', () => {
  expect(found(guard((volume) => onBrain(volume, (value) => Math.min(1, value + 0.15)), ['match-histogram']))).toEqual(
    [],
  );
  expect(found(guard(blurred, ['match-sharpness']))).not.toContain('sharpness');
});

test('cohorts that are alike pass', () => {
  expect(found(guard((volume) => volume))).toEqual([]);
});

test('where nothing differs few studies of ten scans of a kind are accused', () => {
  const random = createRandom(8);
  const run = (): FairnessReport => {
    const cases = Array.from({ length: 20 }, (_, at) => ({
      isSynthetic: at >= 10,
      features: {
        background: [random.normal(), 0],
        histogram: [...random.normals(7)],
        spectrum: [...random.normals(4)],
        box: [...random.normals(6)],
        sharpness: [random.normal()],
        file: [100, 7],
      },
    }));
    return testFairness({ cases, remedies: [], seed: 1 });
  };
  const accused = Array.from({ length: 40 }, run).filter(({ fair }) => !fair);
  // 5 % are expected; above 6 of 40 has a probability below 1 %.
  expect(accused.length).toBeLessThanOrEqual(6);
});

test('a study with a cue is refused, and locked with a reason that its protocol keeps', { timeout: 120_000 }, async () => {
  const backend = openBackend();
  const example = await exampleProject(backend, 8, (volume) => {
    const data = Float32Array.from(volume.data);
    smoothVolume(data, volume.size, [1, 1, 1]);
    return { ...volume, data: data.map((value, at) => (volume.data[at] === 0 ? 0 : value)) };
  });
  const { id, fairness } = await exampleStudy(backend, example, { trials: 16, lock: false });
  expect(fairness).toMatchObject({ fair: false, real: 8, synthetic: 8 });
  const lock = { project: example.project, study: id, passphrase, overrideFairness: null };
  const refused = await backend.dispatch('study.lock', lock);
  expect(refused).toMatchObject({ ok: false, error: { code: 'unfair-cue', message: expect.stringContaining('--remedy match-sharpness') as string } }); // prettier-ignore
  const job = await backend.call('study.checkFairness', { project: example.project, study: id, remedies: ['match-sharpness'] }); // prettier-ignore
  expect(await backend.untilOver(job)).toMatchObject({ state: 'succeeded' });
  const again = await backend.call('study.show', { project: example.project, study: id });
  expect(again).toMatchObject({ state: 'ready', fairness: { remedies: ['match-sharpness'] } });
  expect(again.fairness?.cues.find(({ cue }) => cue === 'sharpness')?.verdict).not.toBe('cue');
  const locked = await backend.call('study.lock', { ...lock, overrideFairness: 'the cue is the finding' });
  expect(locked.state).toBe('locked');
}); // prettier-ignore
