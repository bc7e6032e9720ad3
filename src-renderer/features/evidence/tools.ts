/** What the page answers besides reports. */
export const tools = ['copies', 'use', 'check', 'documents'] as const;
export type Tool = (typeof tools)[number];
