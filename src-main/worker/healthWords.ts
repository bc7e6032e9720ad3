/** What is told of a training's health: what was seen, what it means, and what to do. */
import type { HealthMeasure, HealthState } from '#contract/health.ts';
import type { Scalars } from '#models/model.ts';
import { normChange, type HealthRecord, type Look } from './healthVerdict.ts';

const figure = (value: number): string => value.toPrecision(3);
const percent = (share: number): string => `${String(Math.round(100 * share))} %`;

type Words = Readonly<Record<HealthState, string>>;

function diversityWords({ scans: { similarity } }: Look): { readonly seen: string; readonly words: Words } {
  const words: Words = {
    waiting: 'The network does not make different scans yet, which is usual at the beginning.',
    good: 'Synthetic scans are as varied as real ones.',
    warn: 'Synthetic scans are more alike than real ones: the generator may be about to repeat itself (mode collapse). Watch the previews. If it goes on, go back to an earlier checkpoint and train anew from it (doppel train --from) with a lower learning rate, a larger batch, or augmentation.',
    alarm:
      'Synthetic scans are nearly copies of one another: the generator has collapsed (mode collapse), and training on seldom mends it. Stop, and train anew from an earlier checkpoint (doppel train --from) with a lower learning rate, a larger batch, or augmentation; with fewer than a few hundred scans prefer a model with an encoder, such as α-WGAN. --on-collapse roll-back does so by itself.',
  };
  if (similarity === null) return { seen: '', words };
  const { synthetic, real, syntheticScans, realScans, scales, side } = similarity;
  const seen = `mean MS-SSIM ${synthetic.toFixed(3)} of ${String(syntheticScans)} synthetic scans, ${real.toFixed(3)} of ${String(realScans)} real ones, ${String(scales)} scales at ${String(side)}³`;
  return { seen, words };
}

function gapWords({ scans: { gap } }: Look): { readonly seen: string; readonly words: Words } {
  if (gap?.kind === 'reconstructed') {
    const ratio = figure(gap.value);
    return {
      seen: `squared error ${figure(gap.heldOut)} of ${String(gap.heldOutScans)} held-out scans, ${figure(gap.training)} of training scans, ${ratio} times`,
      words: {
        waiting: 'Not known yet.',
        good: 'Held-out scans are made from their codes about as well as training scans.',
        warn: 'Held-out scans are made from their codes clearly worse than training scans: the network begins to learn its scans by heart. More scans, fewer feature maps (width), or an earlier end help.',
        alarm:
          'Held-out scans are made from their codes far worse than training scans: the network knows its scans by heart. Take an earlier checkpoint; train with more scans, fewer feature maps (width), or for a shorter time.',
      },
    };
  }
  const seen =
    gap === null
      ? ''
      : `scores: training ${figure(gap.training)}, held-out ${figure(gap.heldOut)} (${String(gap.heldOutScans)} scans), synthetic ${figure(gap.synthetic ?? NaN)}; held-out are ${percent(gap.value)} of the way to synthetic`;
  return {
    seen,
    words: {
      waiting: 'Not known yet.',
      good: 'The discriminator takes held-out scans for as real as training scans.',
      warn: 'The discriminator begins to know its training scans by heart: held-out scans look less real to it. Soon it has nothing left to teach. More scans, augmentation or R1 where the model has them, or an earlier end help.',
      alarm:
        'The discriminator knows its training scans by heart: held-out scans look to it as synthetic ones do, and the generator learns no more from it. Take an earlier checkpoint; train with more scans, with augmentation or R1 where the model has them, or for a shorter time.',
    },
  };
}

function gradientWords({ norms }: Look, before: HealthRecord): { readonly seen: string; readonly words: Words } {
  const changes = Object.entries(norms).map(([name, norm]) => ({
    name,
    norm,
    change: Number.isFinite(norm) ? (normChange(norm, before.norms[name] ?? []) ?? 1) : Infinity,
  }));
  const [worst] = changes.toSorted((a, b) => b.change - a.change);
  const seen = worst === undefined ? '' : `${worst.name}: norm ${figure(worst.norm)}, ${Number.isFinite(worst.change) ? `${figure(worst.change)} times from usual` : 'not to be compared with what is usual'}`; // prettier-ignore
  return {
    seen,
    words: {
      waiting: 'Not known yet.',
      good: 'Gradients are as long as before.',
      warn: 'The gradient of a network is much longer or shorter than it was. One such step does no harm; if it lasts, lower the learning rate.',
      alarm:
        'The gradient of a network has exploded or vanished: its weights go astray or stand still. Go back to an earlier checkpoint and train anew from it (doppel train --from) with a lower learning rate; where it vanished, the other network is too strong: lower its learning rate alone.',
    },
  };
}

function checkerboardWords({ scans: { checkerboard } }: Look): { readonly seen: string; readonly words: Words } {
  return {
    seen:
      checkerboard === null
        ? ''
        : `index ${figure(checkerboard.synthetic)}, of real scans ${figure(checkerboard.real)}`,
    words: {
      waiting:
        'The network has not learned to hide the pattern of its upsampling yet, which is usual at the beginning.',
      good: 'The pattern of upsampling does not show in synthetic scans.',
      warn: 'Synthetic scans begin to show a regular pattern of the size of the upsampling (checkerboard). It often goes as training goes on; look closely at the previews.',
      alarm:
        'Synthetic scans show a regular pattern of the size of the upsampling (checkerboard), which a reader would see at once. Train on with a lower learning rate, or take an earlier checkpoint without it.',
    },
  };
}

const titles: Readonly<Record<HealthMeasure, string>> = {
  diversity: 'Diversity',
  gap: 'Over-fitting',
  gradients: 'Gradients',
  checkerboard: 'Checkerboard',
  losses: 'Losses',
};
const wordsOf = { diversity: diversityWords, gap: gapWords, gradients: gradientWords, checkerboard: checkerboardWords };

/** A sentence or more for a measure that stands otherwise than before. */
export function healthText(
  { measure, state }: { readonly measure: keyof typeof wordsOf; readonly state: HealthState },
  { look, before }: { readonly look: Look; readonly before: HealthRecord },
): string {
  const { seen, words } = wordsOf[measure](look, before);
  return `${titles[measure]}: ${words[state]}${seen === '' ? '' : ` (${seen})`}`;
}

/** Of a measure after a roll-back. */
export function restoredText(measure: HealthMeasure, iteration: number): string {
  return `${titles[measure]}: as it was at iteration ${String(iteration)} again.`;
}

/** What goes into the curves, by name; what is not a number is left out. */
export function healthMetrics({ scans: { similarity, gap, checkerboard }, norms }: Look): Scalars {
  const values: Record<string, number> = {
    ...(similarity === null
      ? {}
      : { 'health.diversity': similarity.synthetic - similarity.real, 'health.similarity.synthetic': similarity.synthetic, 'health.similarity.real': similarity.real }), // prettier-ignore
    ...(gap === null ? {} : { 'health.gap': gap.value }),
    ...(checkerboard === null ? {} : { 'health.checkerboard': checkerboard.ratio }),
    ...Object.fromEntries(Object.entries(norms).map(([name, norm]) => [`health.gradients.${name}`, norm])),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
}
