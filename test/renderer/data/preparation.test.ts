/** The step of the import wizard that says what is done to scans before the grid, and the words for what was done. */
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { useProject } from '#bridge/projectStore.ts';
import type { GridTransform, ScanCandidate } from '#contract/records.ts';
import { plainPreparation, preparationFault, preprocessOf } from '../../../src-renderer/features/data/preparation.ts';
import { useImport } from '../../../src-renderer/features/data/importStore.ts';
import { usePreparationWords } from '../../../src-renderer/features/data/preparationWords.ts';
import PreparationStep from '../../../src-renderer/features/data/PreparationStep.vue';
import { i18n } from '../../../src-renderer/i18n.ts';
import { exampleProject } from '../exampleProject.ts';
import { installFakeBridge, type FakeBridge } from '../fakeBridge.ts';
import { exampleCandidate } from './exampleCandidate.ts';

const plain = plainPreparation();
let bridge: FakeBridge;

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  bridge = installFakeBridge();
});

function openStep(candidates: readonly ScanCandidate[]) {
  useProject().current = exampleProject('/p/Ageing.doppel');
  const importing = useImport();
  importing.scanId = 'scan-1';
  importing.candidates = candidates;
  return { importing, step: mount(PreparationStep, { global: { plugins: [i18n] } }) };
}

const inputsOf = (name: string): unknown[] =>
  bridge.calls.filter((call) => call.name === name).map(({ input }) => input);

test('nothing is done unless it is chosen, and what is chosen has to be complete', () => {
  expect(preprocessOf(plain)).toBeUndefined();
  expect(preparationFault(plain)).toBeNull();
  expect(preparationFault({ ...plain, mask: 'threshold' })).toBe('low');
  expect(preparationFault({ ...plain, mask: 'threshold', low: 5, high: 5 })).toBe('high');
  expect(preparationFault({ ...plain, mask: 'files' })).toBe('maskFolder');
  expect(preparationFault({ ...plain, align: 'rigid' })).toBe('reference');
});

test('the request says what was chosen', () => {
  const steps = [{ do: 'open', mm: 2 }] as const;
  expect(preprocessOf({ ...plain, mask: 'rodent', steps, biasField: true })).toEqual({
    biasField: true,
    brainMask: { from: { method: 'automatic', preset: 'rodent' }, steps },
    normalise: 'percentile',
    align: null,
  });
  expect(preprocessOf({ ...plain, mask: 'threshold', low: 5 })?.brainMask?.from).toEqual({ method: 'threshold', low: 5, high: null }); // prettier-ignore
  expect(preprocessOf({ ...plain, align: 'affine', reference: 'a.nii' })?.align).toEqual({
    reference: 'a.nii',
    transform: 'affine',
    metric: 'mutual-information',
  });
});

test('whole heads: the step recommends the brain mask, one click takes it, and it is drawn on a head', async () => {
  const head = exampleCandidate('ben/t1.nii', { verdict: 'warning', code: 'whole-head' });
  const { importing, step } = openStep([exampleCandidate('ada/t1.nii'), head]);
  expect(step.get('[role=note]').text()).toContain('One scan seems to show a whole head.');
  expect(inputsOf('dataset.preview')).toEqual([]);
  await step.get('[role=note] button').trigger('click');
  expect(importing.plan.preparation.mask).toBe('human');
  expect(step.find('[role=note]').exists()).toBe(false);
  await vi.runAllTimersAsync();
  const brainMask = { from: { method: 'automatic', preset: 'human' }, steps: [] };
  expect(inputsOf('dataset.preview')).toMatchObject([{ path: 'ben/t1.nii', grid: null, preprocess: { brainMask } }]);
});

test('drawing can be stopped and begun again, and leaving the step ends it', async () => {
  bridge.answer('dataset.preview', () => new Promise(() => undefined));
  bridge.answer('dataset.stopPreview', () => null);
  const { importing, step } = openStep([exampleCandidate('ada/t1.nii')]);
  expect(step.find('[role=note]').exists()).toBe(false);
  const steps = [{ do: 'open', mm: 2 }] as const;
  importing.plan.preparation = { ...plain, biasField: true, mask: 'human', steps };
  await vi.runAllTimersAsync();
  const [asked] = inputsOf('dataset.preview');
  expect(structuredClone(asked)).toMatchObject({ preprocess: { biasField: true, brainMask: { steps } } }); // as it crosses
  await step.get('[role=status] button').trigger('click');
  expect(inputsOf('dataset.stopPreview')).toHaveLength(1);
  expect(step.get('[role=status]').text()).toContain('stopped');
  await step.get('[role=status] button').trigger('click');
  await vi.runAllTimersAsync();
  expect(inputsOf('dataset.preview')).toHaveLength(2);
  step.unmount();
  await flushPromises();
  expect(inputsOf('dataset.stopPreview')).toHaveLength(2);
});

test('what was done to a scan is said in words; of a plain one there is nothing to say', () => {
  const done: Pick<GridTransform, 'alignment' | 'preprocessing'> = {
    preprocessing: {
      biasField: { splineMm: 200, sampleMm: 4, iterations: [50], strength: 0.123 },
      brainMask: {
        method: 'automatic',
        millilitres: 1402.3,
        sourceSha256: null,
        steps: [{ do: 'open', mm: 2 }, { do: 'fill' }],
      },
      normalise: 'zscore',
      intensityMap: null,
    },
    alignment: {
      matrix: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
      transform: 'rigid',
      metric: 'correlation',
      referenceSha256: 'ab',
      overlap: 0.934,
    },
  };
  const said = defineComponent({
    setup: () => {
      const words = usePreparationWords();
      return () => h('p', JSON.stringify([words(done), words({ preprocessing: null, alignment: null })]));
    },
  });
  expect(JSON.parse(mount(said, { global: { plugins: [i18n] } }).text())).toEqual([
    [
      { label: 'Bias field', value: 'corrected (N4); it varied by 12% in the brain' },
      { label: 'Brain mask', value: 'found, 1,402 ml, opened by 2 mm, holes filled' },
      { label: 'Intensities', value: 'z-score' },
      { label: 'Alignment', value: 'rigid, by correlation; the brains overlap by 93% (Dice)' },
    ],
    [],
  ]);
});
