/** The part of an evidence report on likeness: the table, where scans lie, the spectrum, and what each measure means. */
import type { Figure } from '../../contract/evidence/figure.ts';
import type { LikenessMeasure, LikenessMeasureName, LikenessResult } from '../../contract/evidence/likeness.ts';
import { factsTable, list, note, numbersTable, paragraph, type Section } from '../building.ts';
import { plotFigure } from '../chart.ts';
import { escapeHtml, figure, pngImage } from '../html.ts';
import { embeddingPlot, spectrumPlot } from './likenessPlots.ts';

interface MeasureWords {
  readonly title: string;
  readonly meaning: string;
  readonly digits: number;
}

export const likenessWords: Readonly<Record<LikenessMeasureName, MeasureWords>> = {
  fd: { title: 'Fréchet distance', digits: 2, meaning: 'Distance of the means and covariances of features. 0 is best; biased upward, the more the fewer scans there are, so that only the floor beside it says what is small.' },
  fdInfinity: { title: 'Fréchet distance, endless scans', digits: 2, meaning: 'The same carried on to endless synthetic scans by a line over 1/N.' },
  kid: { title: 'KID', digits: 4, meaning: 'Squared discrepancy with a cubic kernel, unbiased. Around 0 is best; it may be negative.' },
  mmdRbf: { title: 'MMD², radial basis function', digits: 4, meaning: 'Squared discrepancy with a Gaussian kernel as wide as the median distance of real scans, unbiased. Around 0 is best. p: how often a random division of all scans is as far apart.' },
  precision: { title: 'Precision', digits: 3, meaning: 'Share of synthetic scans that lie where real ones do (3 neighbours): fidelity. 1 is best.' },
  recall: { title: 'Recall', digits: 3, meaning: 'Share of real scans that lie where synthetic ones do (3 neighbours): variety. 1 is best.' },
  density: { title: 'Density', digits: 3, meaning: 'How densely real neighbourhoods (5 neighbours) are filled with synthetic scans. About 1 is best.' },
  coverage: { title: 'Coverage', digits: 3, meaning: 'Share of real scans with a synthetic one in their neighbourhood (5 neighbours). 1 is best.' },
  vendi: { title: 'Vendi score', digits: 2, meaning: 'How many different scans the set holds in effect (by the kernel of the MMD), of equally many scans. As large as that of real scans is best.' },
  c2stAuc: { title: 'Two-sample classifier, AUC', digits: 3, meaning: 'How well a linear classifier tells synthetic from real scans it has not seen. 0.5: not at all; 1: always.' },
  mmdLinear: { title: 'MMD², linear on voxels, biased', digits: 1, meaning: 'Squared distance of the mean images, voxels in [0, 1]: the form of the α-WGAN papers, comparable with them at the same grid alone. Small is best; grows as sets shrink.' },
  mmdLinearUnbiased: { title: 'MMD², linear on voxels, unbiased', digits: 1, meaning: 'The same without the terms of a scan with itself: 0 on average between equal sets.' },
  msSsim: { title: 'MS-SSIM within the set', digits: 4, meaning: 'Mean structural similarity of pairs of scans of one set. As low as that of real scans is best.' },
  msSsimGap: { title: 'MS-SSIM above that of real scans', digits: 4, meaning: 'Synthetic pairs less real pairs. Above 0.02 the generator repeats itself, above 0.05 it has collapsed.' },
  intensityKs: { title: 'Intensities: Kolmogorov–Smirnov', digits: 4, meaning: 'Largest gap between the distributions of brain intensities. 0 is best.' },
  intensityWasserstein: { title: 'Intensities: Wasserstein-1', digits: 4, meaning: 'How far intensities have to be moved, as a share of their range. 0 is best.' },
  spectrumDistance: { title: 'Power spectrum, dB', digits: 2, meaning: 'Root mean square difference of the mean radial power spectra. 0 is best; blurred scans lack the fine end.' },
  checkerboard: { title: 'Checkerboard index', digits: 2, meaning: 'How far the pattern that upsampling leaves stands out of the spectrum. About that of real scans is best.' },
}; // prettier-ignore

const number = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−');

function cell(of: Figure | null, digits: number): string {
  if (of?.value === undefined || of.value === null) return '–';
  if (of.low === null || of.high === null) return number(of.value, digits);
  return `${number(of.value, digits)} [${number(of.low, digits)}, ${number(of.high, digits)}]`;
}

function row({ name, synthetic, floor, real, meanBrain, pcaGaussian, p }: LikenessMeasure): readonly string[] {
  const { title, digits } = likenessWords[name];
  const chance = p === null ? '' : `, p ${p < 0.001 ? '< 0.001' : p.toFixed(3)}`;
  const against = real === null ? cell(floor, digits) : `${cell(real, digits)} (real)`;
  return [title, `${cell(synthetic, digits)}${chance}`, against, cell(meanBrain, digits), cell(pcaGaussian, digits)];
}

const head = ['Measure', 'Synthetic [95 %]', 'Floor of real scans', 'Mean brain', 'PCA–Gaussian'];

function tables({ measures, extractors }: LikenessResult): string {
  const [first] = measures;
  const n = first === undefined ? '' : `N = ${String(first.synthetic.n.synthetic)} synthetic, ${String(first.synthetic.n.real)} real (${first.split}), seed ${String(first.seed)}.`; // prettier-ignore
  const ofFeatures = extractors.map(({ name, sha256, words, length }) => {
    const own = measures.filter(({ extractor }) => extractor === name);
    return `${numbersTable(`Features by ${name}`, head, own.map(row))}${note(`${words} ${String(length)} features, SHA-256 ${sha256}. ${n}`)}`;
  });
  const ofVoxels = measures.filter(({ extractor }) => extractor === null);
  return `${ofFeatures.join('')}${numbersTable('By the voxels themselves', head, ofVoxels.map(row))}${note(n)}`;
}

/** A PNG in base64. */
export interface LikenessPictures {
  readonly real: string;
  readonly synthetic: string;
}

export function likenessPart(result: LikenessResult, pictures: LikenessPictures): Section {
  const { verdict, msSsim, embeddings, spectra, baselines, notes, measures } = result;
  const plots = [...embeddings.map(embeddingPlot), spectrumPlot(spectra)].map(plotFigure).join('');
  const meanings = [...new Set(measures.map(({ name }) => name))].map((name): readonly [string, string] => [likenessWords[name].title, likenessWords[name].meaning]); // prettier-ignore
  return {
    id: 'likeness',
    title: 'Likeness: do they look like the population, and are they varied?',
    html: `${paragraph(verdict.words)}
${notes.length === 0 ? '' : list(notes)}
${tables(result)}
${note(`Floor: the same measure between random halves of the real scans, with the middle 95 % of the halvings; N is half there, so that biased measures are larger. Baselines: ${baselines} Intervals: scans drawn again with replacement (percentiles, or the estimate ± 1.96 standard deviations of resamples where repeated scans push a measure to one side). Values of different extractors cannot be compared.`)}
<div class="charts">${plots}</div>
${note('Classical scaling shows distances of features in a plane, as well as two axes can; the spectrum is a mean over the scans of a set.')}
<div class="pair">${figure(pngImage(pictures.real, 'Middle slices of real scans'), 'Real scans, drawn by the seed.')}${figure(pngImage(pictures.synthetic, 'Middle slices of synthetic scans'), 'Synthetic scans, drawn by the seed.')}</div>
<details><summary>${escapeHtml('What each measure means')}</summary>${factsTable(meanings)}${note(`MS-SSIM: Gaussian window ${String(msSsim.window)} wide, ${String(msSsim.scales)} of five scales fit this grid, weights ${msSsim.weights.map((weight) => weight.toFixed(3)).join(', ')}; ${String(msSsim.pairs.synthetic)} synthetic and ${String(msSsim.pairs.real)} real pairs.`)}</details>`,
  };
}
