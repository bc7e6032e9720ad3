/** What the leaderboard asks for when nothing is to be trained first. */
import type { CommandInput } from '#contract/commands.ts';

const scansOfEach = 48;

export const measuringInput = (project: string, dataset: string): CommandInput<'leaderboard.run'> => ({
  project,
  dataset,
  models: [],
  until: { minutes: 1 }, // of no training
  preset: null,
  count: scansOfEach,
  seed: 1,
});
