/** A training plan in words for the terminal. */
import type { DryRun, Estimate, PlanChoice, PlanLevel, PlanWay, TrainingPlan } from '#contract/plan.ts';
import { courseOfGrowth, courseTo, type Goal } from '#shared/planning/trainingTime.ts';
import { formatNumber, formatSeconds, formatTable } from './output.ts';

const bytesPerGibibyte = 2 ** 30;

const gibibytes = (bytes: number): string => `${(bytes / bytesPerGibibyte).toFixed(1)} GiB`;

/** Facts first, then the levels of a network that grows, then what was measured. */
export function describePlan(plan: TrainingPlan, goal: Goal): string {
  const { device, freeBytes, limitBytes, choice, levels, runs } = plan;
  const facts = [
    ['device', `${device}, ${gibibytes(freeBytes)} free, of which a training may take ${gibibytes(limitBytes)}`],
    ...(choice.kind === 'fits'
      ? [...describeWay(choice, freeBytes), ...describeTime(levels, goal)]
      : [['memory', describeMissing(choice)]]),
  ];
  const measured = formatTable([['side', 'batch', 'activations', 'memory', 'an update'], ...runs.map(rowOfRun)]);
  const growth = levels.length > 1 ? [formatTable([['side', 'batch', 'scans', 'an update'], ...levels.map(rowOfLevel)])] : []; // prettier-ignore
  return [formatTable(facts), ...growth, `Measured:\n${measured}`].join('\n\n');
}

/** How much is missing, and what would fit, in one or two sentences. */
export function describeMissing({
  missingBytes,
  isEstimated,
  fitting,
}: Extract<PlanChoice, { kind: 'too-large' }>): string {
  const missing = `It does not fit: ${isEstimated ? 'at least about ' : ''}${gibibytes(missingBytes)} are missing.`;
  if (fitting === null) return `${missing} Nothing smaller that was tried fits either: take a smaller network.`;
  const { side, batch, peakBytes } = fitting;
  return `${missing} What would fit: scans of ${String(side)}³ with a batch of ${String(batch)}${howComputed(fitting)}, ${gibibytes(peakBytes)}.`;
}

const howComputed = ({ pieces, recompute }: PlanWay): string =>
  `${pieces > 1 ? ` in ${String(pieces)} pieces` : ''}${recompute ? ', activations computed again' : ''}`;

function describeWay({ batch, atOnce, pieces, recompute, peakBytes }: PlanWay, freeBytes: number): string[][] {
  const split = pieces === 1 ? 'all at once' : `at most ${String(atOnce)} at once, in ${String(pieces)} pieces`;
  return [
    ['batch', `${String(batch)} an update, ${split}`],
    ['activations', recompute ? 'computed again for the gradient' : 'kept'],
    ['memory', `${gibibytes(peakBytes)} foretold, which leaves ${gibibytes(freeBytes - peakBytes)}`],
  ];
}

function describeTime(levels: readonly PlanLevel[], goal: Goal): string[][] {
  const { iterations, seconds } = courseTo(goal, levels);
  const growth = courseOfGrowth(levels);
  const last = levels.at(-1);
  const whole = (value: number): string => formatNumber(Math.round(value));
  return [
    ...(last === undefined || levels.length > 1 ? [] : [['an update', between(last.seconds, formatDuration)]]),
    'iterations' in goal
      ? ['the goal', `${whole(goal.iterations)} iterations: ${between(seconds, formatSeconds)}`]
      : ['the goal', `${formatSeconds(goal.minutes * 60)}: ${between(iterations, whole)} iterations`],
    ...(growth === null
      ? []
      : [
          [
            'fully grown',
            `after ${whole(growth.iterations.expected)} iterations: ${between(growth.seconds, formatSeconds)}`,
          ],
        ]),
  ];
}

function between({ low, expected, high }: Estimate, words: (value: number) => string): string {
  return `about ${words(expected)} (${words(low)} to ${words(high)})`;
}

function formatDuration(seconds: number): string {
  return seconds < 60 ? `${seconds.toPrecision(3)} s` : formatSeconds(seconds);
}

function rowOfLevel({ side, batch, scans, seconds }: PlanLevel): string[] {
  return [`${String(side)}³`, String(batch), scans === null ? 'on' : String(scans), between(seconds, formatDuration)];
}

function rowOfRun({ side, batch, recompute, found }: DryRun): string[] {
  const how = [`${String(side)}³`, String(batch), recompute ? 'again' : 'kept'];
  return found === null ? [...how, 'ran out', ''] : [...how, gibibytes(found.peakBytes), formatDuration(found.seconds)];
}
