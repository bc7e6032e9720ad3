/** Accessibility by axe-core: what is seriously wrong with a page. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const worst = ['serious', 'critical'];

/** What is seriously wrong with the page as it is, a line each. */
export async function faults(page: Page): Promise<readonly string[]> {
  // Colours that are on their way to others would be measured in between.
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ playState, effect }) => playState !== 'running' || effect?.getComputedTiming().endTime === Infinity),
  );
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => worst.includes(impact ?? ''))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
    );
}
