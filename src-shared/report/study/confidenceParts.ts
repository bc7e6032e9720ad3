/** How sure readers were, and whether that was deserved. */
import type { StudyReport } from '../../contract/studyCommands.ts';
import { calibrationPlot, scoreHistogram } from '../answerPlots.ts';
import { plotFigure, type Plot } from '../chart.ts';
import { note, numbersTable, type Section } from '../building.ts';
import { counted, decimal, percent, withRange } from './numbers.ts';
import { scoreWords, wordingOf } from './wording.ts';

function confidenceHistogram(report: StudyReport): Plot {
  const { signal, noise } = wordingOf(report);
  return scoreHistogram({
    title: 'Answers by score',
    across: `1 definitely ${noise} … 6 definitely ${signal}`,
    up: 'answers',
    names: [noise, signal],
    bars: report.plots.scores.map(({ score, real, synthetic }) => ({
      label: String(score),
      values: [real, synthetic],
    })),
  });
}

function calibration(report: StudyReport): Plot | null {
  const found = report.confidence.probability;
  if (found === null) return null;
  const { signal } = wordingOf(report);
  return calibrationPlot({
    title: 'Calibration',
    across: `score read as probability of “${signal}”`,
    up: 'observed share',
    bins: found.bins,
  });
}

const levels = ['possibly', 'probably', 'definitely'];

function realismTable({ realism }: StudyReport): string {
  if (realism.length === 0) return '';
  const rows = realism.map(({ isSynthetic, cases, answers, mean, ci95 }) => [
    isSynthetic ? 'synthetic' : 'real', withRange(mean, ci95, 2), String(cases), String(answers),
  ]); // prettier-ignore
  return `${numbersTable('Realism, from 1 (poor) to 5 (perfect)', ['Truth', 'Mean [95 %]', 'Scans', 'First answers'], rows)}
${note('Means over readers of each scan, averaged over scans; Student’s interval over scans.')}`;
}

export function confidenceSection(report: StudyReport): Section {
  const { confidence, plots, design } = report;
  const words = wordingOf(report);
  const names = scoreWords(words);
  const scores = plots.scores.map(({ score, real, synthetic }) => [`${score}: ${names[score - 1] ?? ''}`, String(real), String(synthetic), String(real + synthetic)]); // prettier-ignore
  const sure = confidence.levels.map(({ accuracy }, index) => [levels[index] ?? '', counted(accuracy)]);
  const found = confidence.probability;
  const calibrated = calibration(report);
  const bins = (found?.bins ?? []).map(({ probability, n, observed }) => [probability.toFixed(1), String(n), percent(observed)]); // prettier-ignore
  return {
    id: 'confidence',
    title: 'Confidence and calibration',
    html: `<div class="charts">${plotFigure(confidenceHistogram(report))}${calibrated === null ? '' : plotFigure(calibrated)}</div>
${numbersTable('Answers by score', ['Score', `Truth: ${words.noise}`, `Truth: ${words.signal}`, 'All'], scores)}
${numbersTable('Right answers by confidence', ['The reader said', 'Right/N, share [95 %]'], sure)}
${found === null ? '' : numbersTable('Scores read as probabilities', ['Probability', 'Answers', 'Observed'], bins)}
${note(`Computed from ${design.trials} first answers of ${design.readers} readers, as if independent. Brier score ${decimal(found?.brier ?? null)} (0.25: always one half), expected calibration error ${decimal(found?.calibrationError ?? null)}; the area of a dot is its number of answers.`)}${realismTable(report)}`,
  };
}
