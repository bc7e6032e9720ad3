/** What is offered where a model is to learn from few scans: the rule, and the row of the form. */
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { fewScans, steadierSettings } from '#shared/fewScans.ts';
import { i18n } from '../../../src-renderer/i18n.ts';
import FewScansRow from '../../../src-renderer/features/train/FewScansRow.vue';

const cohort = { train: 20, heldout: 2 };
const critic = { augment: 'off', penalty: 10, r1: 0 };

test('few scans: augmentation that adapts, or does not where no scan is held out', () => {
  expect(steadierSettings(critic, cohort)).toEqual({ augment: 'adaptive' });
  expect(steadierSettings(critic, { ...cohort, heldout: 0 })).toEqual({ augment: 'fixed' });
});

test('R1 goes with it where no gradient penalty steadies the discriminator', () => {
  expect(steadierSettings({ augment: 'off', r1: 0 }, cohort)).toEqual({ augment: 'adaptive', r1: 1 });
});

test('nothing is offered for enough scans, or none, or a model that augments or has no discriminator', () => {
  expect(steadierSettings(critic, { ...cohort, train: fewScans - 1 })).not.toBeNull();
  expect(steadierSettings(critic, { ...cohort, train: fewScans })).toBeNull();
  expect(steadierSettings(critic, { ...cohort, train: 0 })).toBeNull();
  expect(steadierSettings({ ...critic, augment: 'fixed' }, cohort)).toBeNull();
  expect(steadierSettings({ latent: 64 }, cohort)).toBeNull();
  expect(steadierSettings({ augment: true }, cohort)).toBeNull(); // of patches, by a super-resolution model
});

test('the form says why, and one click takes it over', async () => {
  const draft = { augment: 'off', r1: '0', batch: '4' };
  const row = mount(FewScansRow, { global: { plugins: [i18n] }, props: { ...cohort, modelValue: draft } });
  expect(row.text()).toContain('With 20 training scans');
  await row.get('button').trigger('click');
  const taken = { augment: 'adaptive', r1: '1', batch: '4' };
  expect(row.emitted('update:modelValue')).toEqual([[taken]]);
  await row.setProps({ modelValue: taken });
  expect(row.text()).toBe('');
});
