/** How many decisions a study needs, and what the planned ones can show. */
import type { CommandInput } from '#contract/commands.ts';
import type { PowerRow, PowerTable } from '#contract/studyCommands.ts';
import {
  decisionsAgainstChance,
  decisionsForEquivalence,
  designEffect,
  powerAgainstChance,
  powerOfEquivalence,
} from '#shared/statistics/power.ts';

const accuracies = [0.6, 0.65, 0.7, 0.75];
const margins = [0.1, 0.15, 0.2];

/**
 * Exact binomial tests at 5 %, power 80 %. Power saws: against chance the numbers are the fewest that keep it with one
 * decision more, as tables print them; for equivalence simply the fewest. Decisions that share cases count less by the design
 * effect.
 */
export function powerTable({ trials, readers, margin, correlation }: CommandInput<'study.power'>): PowerTable {
  const effect = designEffect(readers, correlation);
  const row = (decisions: number | null): PowerRow => ({
    decisions,
    withSharedCases: decisions === null ? null : Math.ceil(decisions * effect),
  });
  const decisions = trials * readers;
  const effective = Math.floor(decisions / effect);
  return {
    againstChance: accuracies.map((accuracy) => ({
      accuracy,
      ...row(decisionsAgainstChance(accuracy)?.robust ?? null),
    })),
    equivalence: [...new Set([margin, ...margins])]
      .sort((a, b) => a - b)
      .map((width) => ({ margin: width, ...row(decisionsForEquivalence(width)?.fewest ?? null) })),
    designEffect: effect,
    planned: {
      decisions,
      effective,
      equivalence: powerOfEquivalence(margin, effective),
      againstChance: accuracies.map((accuracy) => ({ accuracy, power: powerAgainstChance(accuracy, effective) })),
    },
  };
}
