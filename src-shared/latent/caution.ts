/** What is said wherever a direction is shown. */
export const caution =
  'Correlation, not cause: what changes along a direction goes with the column in these scans, by way of anything else that goes with it too.';
export const cautionShort = 'Correlation, not cause';
