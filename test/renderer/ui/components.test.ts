import { mount } from '@vue/test-utils';
import { describe, expect, test, vi } from 'vitest';
import ErrorPanel from '#ui/ErrorPanel.vue';
import ProgressLine from '#ui/ProgressLine.vue';
import SelectField from '#ui/SelectField.vue';
import { i18n } from '../../../src-renderer/i18n.ts';

const global = { plugins: [i18n] };

describe('an error', () => {
  const error = { code: 'disk-full', message: 'Free some space.' };

  test('says what happened, to what, and what to do', () => {
    const panel = mount(ErrorPanel, { global, props: { error, subject: '/p/a.doppel' } });
    expect(panel.attributes('role')).toBe('alert');
    expect(panel.text()).toContain('The disk is full');
    expect(panel.text()).toContain('/p/a.doppel');
    expect(panel.text()).toContain('Free some space.');
    expect(panel.text()).not.toContain('Dismiss');
  });

  test('puts its details on the clipboard', async () => {
    const writeText = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const panel = mount(ErrorPanel, { global, props: { error } });
    await panel.get('button').trigger('click');
    expect(writeText.mock.calls[0]?.[0]).toContain('code: disk-full');
    await vi.waitFor(() => expect(panel.text()).toContain('Copied'));
  });

  test('of a kind without a heading has the general one', () => {
    const panel = mount(ErrorPanel, { global, props: { error: { code: 'of-a-newer-doppel', message: 'Words.' } } });
    expect(panel.text()).toContain('Something went wrong');
  });
});

test('progress tells how far it is, and nothing of it when the end is not known', async () => {
  const line = mount(ProgressLine, { props: { done: 6, total: 24, label: 'Import' } });
  expect(line.attributes('aria-valuenow')).toBe('25');
  await line.setProps({ total: 0 });
  expect(line.attributes('aria-valuenow')).toBeUndefined();
});

test('a choice keeps the kind of its values', async () => {
  const options = [
    { value: 32, label: '32' },
    { value: 64, label: '64' },
  ];
  const field = mount(SelectField<number>, { props: { modelValue: 32, options }, attrs: { id: 'grid' } });
  await field.findAll('#grid option')[1]?.setValue();
  expect(field.emitted('update:modelValue')).toEqual([[64]]);
});
