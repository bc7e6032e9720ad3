/**
 * Training of GANs that grow: one update of the discriminator and one of the generator an iteration, at the resolution and
 * fade that follow from the scans seen so far.
 *
 * Karras et al. 2018 (arXiv 1710.10196), appendix A: WGAN-GP (Gulrajani et al. 2017, arXiv 1704.00028) with a drift term.
 */
import * as tf from '@tensorflow/tfjs';
import { createRandom, restoreRandom, type Random } from '#shared/random.ts';
import { blend, isUsedAt } from '../blocks/growing.ts';
import type { GrowingDiscriminator, Verdict } from '../blocks/growingDiscriminator.ts';
import { copyNetwork, prepareWeights, type WeightedNetwork } from '../blocks/weights.ts';
import { classCrossEntropy } from '../losses/crossEntropy.ts';
import { gradientPenalty } from '../losses/gradientPenalty.ts';
import { oneHotLabels, renderEach } from '../inference/latents.ts';
import type { BatchPlan, Counters, GeneratorModel, MemoryPlan, NamedTensors, Optimizer, Trainable } from '../model.ts';
import { averagePool, upsampleNearest } from '../ops/fusedResampling.ts';
import { averageWarmUp, createAdam, moveToward } from './adam.ts';
import { applyChanges, changesIn } from './augment.ts';
import { createAugmentation, type AugmentationSettings } from './augmentation.ts';
import { addGradients, readScalars, type Loss, type LossGradients } from './gradients.ts';
import { grownAfter, isNewPhase, stageAt, type Growth, type GrowthStage } from './growth.ts';
import { createMemoryPlan } from './memoryPlan.ts';
import { batchGradients, makeBatch, rowsOf, rowsOfAll, type Batch, type Observer, type Piece } from './pieces.ts';
import { isRealPenaltyDue, realPenalty, type RealPenaltySettings } from './realPenalty.ts';

export interface DrawRequest {
  readonly count: number;
  readonly stage: GrowthStage;
  readonly random: Random;
}

export interface SampleRequest<Drawn extends NamedTensors> {
  /** What was drawn for these scans. */
  readonly drawn: Drawn;
  readonly stage: GrowthStage;
  /** Class of each, one-hot [count, classes]; null: not conditional. */
  readonly classes: tf.Tensor2D | null;
}

export interface GrowingGenerator<Drawn extends NamedTensors> {
  readonly network: WeightedNetwork;
  /** All that is random in the scans of a batch, with a row for each; the caller's. */
  draw(request: DrawRequest): Drawn;
  /** Scans [count, side, side, side, 1] of rows of what was drawn; differentiable in the leaves. */
  sample(leaves: NamedTensors, request: SampleRequest<Drawn>): tf.Tensor5D;
  /** What sampling notes of the scans. */
  readonly observers?: readonly Observer[];
}

export interface GrowingGanOptions<Drawn extends NamedTensors> {
  readonly generator: GrowingGenerator<Drawn>;
  readonly discriminator: GrowingDiscriminator;
  readonly growth: Growth;
  /** Scans an update sees and the learning rate of both networks, by side. */
  readonly batchAt: (side: number) => number;
  readonly rateAt: (side: number) => number;
  readonly settings: GrowingGanSettings;
  /** Classes of a conditional model, and the weight of telling them apart (AC-GAN: Odena et al. 2017, arXiv 1610.09585). */
  readonly classes: number;
  readonly classWeight: number;
  /** In the training set. */
  readonly scans: number;
  readonly seed: number;
  readonly memory: MemoryPlan | undefined;
}

export interface GrowingGanSettings extends AugmentationSettings, RealPenaltySettings {
  readonly beta1: number;
  readonly beta2: number;
  /** Weights of the gradient penalty and of the drift of real scores from 0; 0 leaves a term out. */
  readonly penalty: number;
  readonly drift: number;
  readonly averageDecay: number;
  /** Whether half of the real scans are mirrored left to right. */
  readonly mirror: boolean;
}

export interface GrowingGan extends Trainable, Pick<GeneratorModel, 'step' | 'nextHeldOut' | 'judge' | 'shown'> {
  readonly counters: Counters;
  nextBatch(): BatchPlan;
  /**
   * Scans of codes [n, length], one after the other, by the averaged generator as far as it has grown: [n, d, h, w, 1] of
   * the grid's side, coarser voxels repeated, cut to [-1, 1]. The caller disposes.
   */
  render(
    codes: tf.Tensor2D,
    make: (leaves: NamedTensors, code: tf.Tensor2D, stage: GrowthStage, index: number) => tf.Tensor5D,
  ): tf.Tensor5D;
}

/** Owns both networks. */
export function createGrowingGan<Drawn extends NamedTensors>(options: GrowingGanOptions<Drawn>): GrowingGan {
  const { generator, discriminator, batchAt, rateAt, settings, seed, classWeight } = options;
  const { memory = createMemoryPlan() } = options;
  const average = copyNetwork(generator.network);
  const adam = { rate: 1, beta1: settings.beta1, beta2: settings.beta2 };
  const optimizers = {
    generator: createAdam(generator.network.weights, adam),
    discriminator: createAdam(discriminator.network.weights, adam),
  };
  let { growth } = options;
  let [imagesSeen, steps] = [0, 0];
  let random = createRandom(seed).fork('training');
  const augmentation = createAugmentation({ settings, scans: options.scans, random: () => random });

  const update = (optimizer: Optimizer, gradients: NamedTensors, { side }: GrowthStage): void => {
    optimizer.apply(gradients, rateAt(side));
  };

  /** Of updates that sample. */
  const batchOf = (count: number): Batch => ({ memory, count, observers: generator.observers ?? [] });

  /** The term of the classes, where there are any, under `name`. */
  const classTerms = (name: string, verdict: Verdict, classes: tf.Tensor2D | null): Record<string, tf.Scalar> =>
    verdict.classes === null || classes === null
      ? {}
      : { [name]: tf.mul(classCrossEntropy(verdict.classes, classes), classWeight) };

  const updateDiscriminator = ({ real, classes, heldOut }: Seen, stage: GrowthStage): NamedTensors => {
    const count = real.shape[0];
    const uses = (name: string): boolean => isUsedAt(name, stage);
    const made = prepareWeights(generator.network, 'discard', uses);
    const drawn = generator.draw({ count, stage, random });
    const changes = augmentation.draw({ count, side: stage.side, isInPlane: false });
    const { fake } = makeBatch(batchOf(count), (piece) => {
      const rows = rowsOfSeen({ real, classes }, piece);
      const scans = generator.sample(made.leaves, { drawn: rowsOfAll(drawn, piece), stage, classes: rows.classes });
      return { fake: applyChanges(scans, changesIn(changes, piece)) };
    });
    tf.dispose(drawn);
    made.dispose();

    const prepared = prepareWeights(discriminator.network, 'discard', uses);
    const { leaves } = prepared;
    const judge = (x: tf.Tensor5D): Verdict => discriminator.discriminate(leaves, x, stage);
    const critic = (x: tf.Tensor5D): tf.Tensor2D => judge(x).scores;
    const batch = { memory, count };
    const rows = (piece: Piece): Seen => rowsOfSeen({ real, classes }, piece);
    const parts: LossGradients[] = [
      batchGradients(batch, leaves, (piece) => {
        const verdict = judge(rowsOf(fake, piece));
        return summed({
          'discriminator.synthetic': tf.mean(verdict.scores),
          ...classTerms('discriminator.classSynthetic', verdict, rows(piece).classes),
        });
      }),
      batchGradients(batch, leaves, (piece) => {
        const seen = rows(piece);
        const verdict = judge(seen.real);
        return summed({
          'discriminator.real': tf.neg(tf.mean(verdict.scores)),
          'discriminator.drift': tf.mul(tf.mean(tf.square(verdict.scores)), settings.drift),
          ...classTerms('discriminator.classReal', verdict, seen.classes),
        });
      }),
    ];
    if (settings.penalty > 0) {
      const mix = tf.tensor1d(Float32Array.from({ length: count }, () => random.uniform()));
      parts.push(
        batchGradients(batch, leaves, (piece) => {
          const between = { real: rowsOf(real, piece), fake: rowsOf(fake, piece), mix: rowsOf(mix, piece) };
          return summed({
            'discriminator.penalty': tf.mul(gradientPenalty(critic, between), settings.penalty),
          });
        }),
      );
      mix.dispose();
    }
    if (isRealPenaltyDue(settings, steps))
      parts.push(batchGradients(batch, leaves, (piece) => realPenalty(critic, [rowsOf(real, piece)], settings)));
    const compared =
      heldOut &&
      augmentation.compare(
        makeBatch(batch, (piece) => ({
          training: critic(rowsOf(real, piece)),
          heldOut: critic(rowsOf(heldOut, piece)),
          synthetic: critic(rowsOf(fake, piece)),
        })),
      );
    fake.dispose();
    const gradients = parts.map((part) => part.gradients).reduce(addGradients);
    update(optimizers.discriminator, prepared.pullBack(gradients), stage);
    prepared.dispose();
    return Object.assign({}, ...parts.map((part) => part.terms), compared) as NamedTensors;
  };

  const updateGenerator = (seen: Seen, stage: GrowthStage): NamedTensors => {
    const count = seen.real.shape[0];
    const uses = (name: string): boolean => isUsedAt(name, stage);
    const prepared = prepareWeights(generator.network, 'discard', uses);
    const judged = prepareWeights(discriminator.network, 'discard', uses);
    const drawn = generator.draw({ count, stage, random });
    const changes = augmentation.draw({ count, side: stage.side, isInPlane: false });
    const { gradients, terms } = batchGradients(batchOf(count), prepared.leaves, (piece) => {
      const rows = rowsOfSeen(seen, piece);
      const scans = generator.sample(prepared.leaves, { drawn: rowsOfAll(drawn, piece), stage, classes: rows.classes });
      const fake = applyChanges(scans, changesIn(changes, piece));
      const verdict = discriminator.discriminate(judged.leaves, fake, stage);
      return summed({
        'generator.critic': tf.neg(tf.mean(verdict.scores)),
        ...classTerms('generator.class', verdict, rows.classes),
      });
    });
    tf.dispose(drawn);
    judged.dispose();
    const used = Object.keys(prepared.leaves);
    update(optimizers.generator, prepared.pullBack(gradients), stage);
    prepared.dispose();
    const pick = (weights: Readonly<Record<string, tf.Variable>>): Record<string, tf.Variable> =>
      Object.fromEntries(used.map((name) => [name, weights[name] as tf.Variable]));
    const decay = Math.min(settings.averageDecay, averageWarmUp(steps));
    moveToward(pick(average.weights), pick(generator.network.weights), 1 - decay);
    return terms;
  };

  /** Real scans as the discriminator sees them: mixed with their coarser selves while a resolution fades in, changed. */
  const shownScans = (real: tf.Tensor5D, { fade }: GrowthStage): tf.Tensor5D =>
    tf.tidy(() => augmentation.change(fadedIn(settings.mirror ? mirrorHalf(real, random) : real, fade)));

  return {
    networks: { generator: generator.network, discriminator: discriminator.network, average },
    optimizers,

    nextBatch() {
      const { side } = stageAt(growth, imagesSeen);
      return { from: imagesSeen, count: batchAt(side), side };
    },

    nextHeldOut() {
      const { side } = stageAt(growth, imagesSeen);
      return augmentation.nextHeldOut({ count: batchAt(side), side });
    },

    async step(real, labels, heldOut) {
      const stage = stageAt(growth, imagesSeen);
      requireSide(real, stage);
      const count = real.shape[0];
      const classes = oneHotLabels(labels, { count, classes: options.classes });
      const seen = { real: shownScans(real, stage), classes, heldOut: heldOut && shownScans(heldOut, stage) };
      const terms = { ...updateDiscriminator(seen, stage), ...updateGenerator(seen, stage) };
      tf.dispose([seen.real, ...(classes === null ? [] : [classes]), ...(seen.heldOut ? [seen.heldOut] : [])]);
      imagesSeen += count;
      steps += 1;
      if (isNewPhase(stage, stageAt(growth, imagesSeen))) {
        for (const optimizer of Object.values(optimizers)) optimizer.reset();
      }
      const losses = augmentation.follow(await readScalars(terms), count);
      return { ...losses, 'growth.side': stage.side, 'growth.fade': stage.fade, 'growth.scans': imagesSeen };
    },

    render(codes, make) {
      const stage = stageAt(growth, imagesSeen);
      const prepared = prepareWeights(average, 'discard', (name) => isUsedAt(name, stage));
      const scans = renderEach(codes, (code, index) => {
        let scan = tf.clipByValue(make(prepared.leaves, code, stage, index), -1, 1);
        for (let { side } = stage; side < growth.lastSide; side *= 2) scan = upsampleNearest(scan);
        return scan;
      });
      prepared.dispose();
      return scans;
    },

    shown: (volumes) =>
      tf.tidy(() => {
        const stage = stageAt(growth, imagesSeen);
        let scans = volumes;
        for (let side = growth.lastSide; side > stage.side; side /= 2) scans = averagePool(scans);
        return fadedIn(scans, stage.fade);
      }),
    judge(scans) {
      const stage = stageAt(growth, imagesSeen);
      requireSide(scans, stage);
      const prepared = prepareWeights(discriminator.network, 'discard', (name) => isUsedAt(name, stage));
      const { leaves } = prepared;
      const scores = tf.tidy(() =>
        tf.reshape<tf.Rank.R1>(discriminator.discriminate(leaves, scans, stage).scores, [-1]),
      );
      prepared.dispose();
      return scores;
    },

    counters: {
      values: () => ({ imagesSeen, steps, phase: growth.phase, ...augmentation.counted.counters?.values() }),
      restore(values) {
        const read = (name: string): number => {
          const value = values[name];
          if (value === undefined) throw new Error(`The checkpoint has no counter '${name}'.`);
          return value;
        };
        imagesSeen = read('imagesSeen');
        steps = read('steps');
        growth = { ...growth, phase: read('phase') };
        augmentation.counted.counters?.restore(values);
      },
      finish() {
        imagesSeen = grownAfter(growth);
      },
      skipTo(scans) {
        imagesSeen = scans;
      },
    },
    randomState: () => random.state(),
    restoreRandom(state) {
      random = restoreRandom(state);
    },
    dispose() {
      for (const { weights, buffers } of [generator.network, discriminator.network]) tf.dispose([weights, buffers]);
      tf.dispose(average.weights);
      for (const optimizer of Object.values(optimizers)) optimizer.dispose();
    },
  };
}

interface Seen {
  readonly real: tf.Tensor5D;
  /** One-hot [b, classes]; null: not conditional. */
  readonly classes: tf.Tensor2D | null;
  readonly heldOut?: tf.Tensor5D | undefined;
}

function rowsOfSeen({ real, classes }: Seen, piece: Piece): Seen {
  return { real: rowsOf(real, piece), classes: classes === null ? null : rowsOf(classes, piece) };
}

/** A loss that is the sum of its terms. */
function summed(terms: Readonly<Record<string, tf.Scalar>>): Loss {
  return { total: tf.addN<tf.Scalar>(Object.values(terms)), terms };
}

/** Scans mixed with their coarser selves, as the generator's are while a resolution fades in; a copy. */
function fadedIn(scans: tf.Tensor5D, fade: number): tf.Tensor5D {
  return fade === 1 ? tf.add(scans, 0) : blend(scans, upsampleNearest(averagePool(scans)), fade);
}

function requireSide(real: tf.Tensor5D, { side }: GrowthStage): void {
  if (real.shape.slice(1, 4).every((length) => length === side)) return;
  throw new Error(`At this stage scans are of ${String(side)}³ voxels; got [${real.shape.join(', ')}].`);
}

/** x [b, d, h, w, 1] → the same, each scan mirrored along w (left and right) with probability ½. */
function mirrorHalf(x: tf.Tensor5D, random: Random): tf.Tensor5D {
  const chosen = Float32Array.from({ length: x.shape[0] }, () => (random.uniform() < 0.5 ? 1 : 0));
  const share = tf.tensor5d(chosen, [x.shape[0], 1, 1, 1, 1]);
  return tf.add<tf.Tensor5D>(x, tf.mul(tf.sub(tf.reverse(x, 3), x), share));
}
