/** What the page answers besides reports. */
export const tools = ['use', 'check', 'documents'] as const;
export type Tool = (typeof tools)[number];
