/** Whole heads are not trained on before the user has allowed it. */
import { mount } from '@vue/test-utils';
import { ElCheckbox } from 'element-plus';
import { expect, test } from 'vitest';
import { i18n } from '../../../src-renderer/i18n.ts';
import HeadsRow from '../../../src-renderer/features/train/HeadsRow.vue';

const row = (heads: number) => mount(HeadsRow, { props: { heads, modelValue: false }, global: { plugins: [i18n] } });

test('nothing is said of brains', () => {
  expect(row(0).text()).toBe('');
});

test('the warning says how many, why, and what to do instead; the checkbox allows it', async () => {
  expect(row(1).text()).toContain('One training scan shows a whole head.');
  const wrapper = row(3);
  expect(wrapper.text()).toMatch(/3 training scans show whole heads.*97 %.*Preparation/s);
  await wrapper.findComponent(ElCheckbox).find('input').setValue(true);
  expect(wrapper.emitted('update:modelValue')).toEqual([[true]]);
});
