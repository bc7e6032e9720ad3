/** What the page answers besides reports. */
export const tools = ['copies', 'use', 'leaderboard', 'check', 'documents'] as const;
export type Tool = (typeof tools)[number];
