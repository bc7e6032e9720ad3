/**
 * One fold: a network for each arm, from the same initial weights and by as many updates, and what each finds in the test
 * scans. Synthetic scans without labels get those that the network trained on this fold's real training scans finds, so
 * that nothing of a test scan reaches them.
 */
import type { ClassScore, TestedScan, UtilityNetwork } from '#contract/evidence/utility.ts';
import { surfaceDistances } from '#imaging/segmentation/surfaceDistances.ts';
import { createSegmenter, type Segmenter } from '#models/segmentation/segmenter.ts';
import { createRandom, type Random } from '#shared/random.ts';
import { classDice } from '#shared/statistics/overlap.ts';
import type { LabelledScan, SyntheticScan } from './utilityData.ts';
import type { PlannedArm } from './utilityFolds.ts';

export interface FoldTask {
  readonly fold: number; // from 1
  readonly training: readonly LabelledScan[];
  readonly test: readonly LabelledScan[];
  readonly synthetic: readonly SyntheticScan[];
  readonly arms: readonly PlannedArm[]; // `real` first
  readonly classes: readonly string[];
  readonly network: UtilityNetwork;
  readonly seed: number;
  readonly grid: number;
  readonly spacingMm: number;
  isSeen(subject: string): boolean | null;
  /** Told before each update; throws to stop. */
  onUpdate(arm: string): Promise<void>;
}

export interface FoldResult {
  readonly scans: readonly TestedScan[];
  readonly parameters: number;
}

type Example = Pick<LabelledScan, 'voxels' | 'labels'>;

/** Batches in a random order that shows every example before it shows one again. */
function* batchesOf(examples: readonly Example[], size: number, random: Random): Generator<readonly Example[], never> {
  let waiting: Example[] = [];
  for (;;) {
    const batch: Example[] = [];
    while (batch.length < size) {
      if (waiting.length === 0) waiting = random.shuffle(examples);
      batch.push(waiting.pop() as Example);
    }
    yield batch;
  }
}

/** The caller disposes it. */
async function train(task: FoldTask, { id, arm }: PlannedArm, examples: readonly Example[]): Promise<Segmenter> {
  const { network, classes, fold, seed } = task;
  const origin = createRandom(seed).fork(`fold ${String(fold)}`);
  const segmenter = createSegmenter({
    width: network.width,
    classes: classes.length + 1,
    rate: network.rate,
    updates: network.updates,
    seed: origin.integer(2 ** 31), // the same for every arm: they begin with the same weights
  });
  try {
    const batches = batchesOf(examples, network.batch, origin.fork(id));
    for (let update = 0; update < network.updates; update++) {
      await task.onUpdate(id);
      const batch = batches.next().value;
      await segmenter.step({
        scans: batch.map(({ voxels }) => voxels),
        labels: batch.map(({ labels }) => labels),
        isAugmented: arm.kind === 'augmented',
      });
    }
    return segmenter;
  } catch (thrown) {
    segmenter.dispose();
    throw thrown;
  }
}

function scoresOf(found: Uint8Array, truth: Uint8Array, { classes, grid, spacingMm }: FoldTask): ClassScore[] {
  const dice = classDice(found, truth, classes.length);
  const place = { size: [grid, grid, grid], spacingMm: [spacingMm, spacingMm, spacingMm] } as const;
  return classes.map((name, at) => {
    const distances = surfaceDistances(found, truth, at + 1, place);
    return { class: name, dice: dice[at] ?? null, hd95: distances?.hd95 ?? null, assd: distances?.assd ?? null };
  });
}

async function test(task: FoldTask, { id }: PlannedArm, segmenter: Segmenter): Promise<TestedScan[]> {
  const scans: TestedScan[] = [];
  for (const { id: volume, subject, voxels, labels } of task.test) {
    const found = await segmenter.segment(voxels);
    const scores = scoresOf(found, labels, task);
    scans.push({ volume, subject, fold: task.fold, isSeen: task.isSeen(subject), arm: id, scores });
  }
  return scans;
}

/** The synthetic scans of the fold, as many as its largest arm has, each with labels. */
async function labelSynthetic(task: FoldTask, segmenter: Segmenter): Promise<Example[]> {
  const { fold, seed, arms } = task;
  const most = Math.max(...arms.map(({ synthetic }) => synthetic[fold - 1] ?? 0));
  const drawn = createRandom(seed)
    .fork(`synthetic ${String(fold)}`)
    .shuffle(task.synthetic)
    .slice(0, most);
  const examples: Example[] = [];
  for (const { voxels, labels } of drawn)
    examples.push({ voxels, labels: labels ?? (await segmenter.segment(voxels)) });
  return examples;
}

/** The same task, the same results. Throws what `onUpdate` throws. */
export async function runFold(task: FoldTask): Promise<FoldResult> {
  const [first, ...others] = task.arms as readonly [PlannedArm, ...PlannedArm[]];
  const onReals = await train(task, first, task.training);
  try {
    const scans = await test(task, first, onReals);
    const synthetic = await labelSynthetic(task, onReals);
    for (const arm of others) {
      const reals = arm.arm.kind === 'synthetic' ? [] : task.training;
      const segmenter = await train(task, arm, [...reals, ...synthetic.slice(0, arm.synthetic[task.fold - 1] ?? 0)]);
      try {
        scans.push(...(await test(task, arm, segmenter)));
      } finally {
        segmenter.dispose();
      }
    }
    return { scans, parameters: onReals.parameters };
  } finally {
    onReals.dispose();
  }
}
