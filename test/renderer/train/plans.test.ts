/** The plan of a training on the page: what was foretold, in words, and that the same settings are measured once. */
import { mount } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { AppError } from '#contract/errors.ts';
import type { PlanChoice, TrainingPlan } from '#contract/plan.ts';
import { i18n } from '../../../src-renderer/i18n.ts';
import PlanPanel from '../../../src-renderer/features/train/PlanPanel.vue';
import { figuresOf, usePlans, type PlanInput, type Plans } from '../../../src-renderer/features/train/usePlans.ts';
import { installFakeBridge } from '../fakeBridge.ts';

const gibibyte = 2 ** 30;
const way = { side: 64, batch: 8, atOnce: 4, pieces: 2, recompute: true, peakBytes: 5 * gibibyte };
const plan = (choice: PlanChoice): TrainingPlan => ({
  device: 'CPU',
  freeBytes: 8 * gibibyte,
  limitBytes: 7 * gibibyte,
  choice,
  levels:
    choice.kind === 'fits' ? [{ side: 64, batch: 8, scans: null, seconds: { low: 1.8, expected: 2, high: 2.2 } }] : [],
  runs: [
    {
      side: 64,
      batch: 1,
      recompute: false,
      found: { peakBytes: 3 * gibibyte, weightBytes: 1, seconds: 1, deviation: 0 },
    },
    { side: 64, batch: 2, recompute: false, found: null },
  ],
});
const fits = plan({ kind: 'fits', ...way });
const panelOf = (props: { plan: TrainingPlan; isAdopted?: boolean }) =>
  mount(PlanPanel, { global: { plugins: [i18n] }, props: { goal: { iterations: 1800 }, isAdopted: false, ...props } });

test('a plan that fits says how, what it leaves and how long it takes, and one click takes it over', async () => {
  const panel = panelOf({ plan: fits });
  expect(panel.get('[role=status]').text()).toBe('It fits on CPU, which has 8.0 GiB of memory free.');
  for (const words of ['in 2 pieces', 'computed again', '5.0 GiB', 'leaves 3.0 GiB', '(1.8 s to 2.2 s)', '1 h'])
    expect(panel.text()).toContain(words);
  await panel.get('button').trigger('click');
  expect(panel.emitted('adopt')).toHaveLength(1);
  await panel.setProps({ isAdopted: true });
  expect(panel.text()).toContain('computed as planned: in 2 pieces, computed again.');
  await panel.get('button').trigger('click');
  expect(panel.emitted('release')).toHaveLength(1);
});

test('what was measured is told, also that memory ran out', () => {
  const rows = panelOf({ plan: fits }).findAll('tbody tr');
  expect(rows.map((row) => row.findAll('td').map((cell) => cell.text()))).toEqual([
    ['64³', '1', 'kept', '3.0 GiB', '1 s'],
    ['64³', '2', 'kept', 'ran out', ''],
  ]);
});

test('one that is too large says by how much, and what would fit instead', () => {
  const large = { kind: 'too-large', missingBytes: 2 * gibibyte, isEstimated: false } as const;
  const panel = panelOf({ plan: plan({ ...large, fitting: { ...way, side: 32 } }) });
  expect(panel.get('[role=alert]').text()).toContain('2.0 GiB are missing');
  expect(panel.text()).toContain('scans of 32³ with a batch of 8');
  expect(panel.find('button').exists()).toBe(false);
  expect(panelOf({ plan: plan({ ...large, fitting: null }) }).text()).toContain('Nothing smaller');
  expect(figuresOf(plan({ ...large, fitting: null }))).toBeNull();
  expect(figuresOf(fits)).toEqual({ way: { kind: 'fits', ...way }, seconds: 2 });
});

test('a plan belongs to its settings in any order; one that was stopped leaves nothing behind', async () => {
  const bridge = installFakeBridge();
  let plans: Plans | null = null;
  mount(
    defineComponent({
      setup: () => {
        plans = usePlans();
        return () => h('div');
      },
    }),
  );
  const used = plans as unknown as Plans;
  const input = (overrides: PlanInput['overrides']): PlanInput => ({
    project: '/p',
    dataset: 'adults',
    modelId: 'alpha-wgan',
    preset: null,
    overrides,
    freeBytes: null,
  });
  bridge.answer('model.plan', () => fits);
  await used.plan(input({ batch: 4, width: 8 }));
  expect(used.stateOf(input({ width: 8, batch: 4 }))).toEqual({ kind: 'planned', plan: fits });
  expect(used.stateOf(input({ width: 16, batch: 4 }))).toBeNull();

  bridge.answer('model.plan', () => {
    throw new AppError('cancelled', 'Stopped.');
  });
  const stopped = used.plan(input({ width: 16 }));
  expect(used.stateOf(input({ width: 16 }))).toEqual({ kind: 'planning' });
  const progress = { done: 1, total: 2, unit: 'steps', secondsLeft: null, note: '' } as const;
  bridge.tell({ event: { type: 'plan.progressed', project: '/p', progress } });
  expect(used.progress.value).toEqual(progress);
  await stopped;
  expect(used.stateOf(input({ width: 16 }))).toBeNull();

  bridge.answer('model.plan', () => {
    throw new AppError('wrong-state', 'A job is running.');
  });
  await used.plan(input({ width: 16 }));
  await vi.waitFor(() =>
    expect(used.stateOf(input({ width: 16 }))).toMatchObject({ kind: 'failed', error: { code: 'wrong-state' } }),
  );
});
