/** What the training job and the dry run need of a model and its data, whatever it learns from. */
import type { TaskOf } from '#contract/jobs.ts';
import type { SrTraining } from '#contract/superResolution.ts';
import type { MemoryPlan, Scalars, Trainable } from '#models/model.ts';
import type { Condition } from '#shared/condition.ts';
import type { ScanHealth } from './scanHealth.ts';

export interface Preview {
  /** PNG. */
  readonly picture: Uint8Array;
  /** What was measured on it, by name. */
  readonly metrics: Scalars;
}

export interface Training {
  readonly model: Trainable;
  /** Scans of the next update, where it can be computed in pieces; null: it cannot. */
  nextCount(): number | null;
  /** Scans or patches drawn up to the end of this iteration, the newest one. */
  drawnUntil(iteration: number): number;
  /** What the data was like, for a model that has to know its like again; null for the others. */
  readonly trainedOn: SrTraining | null;
  /** What the model is conditional on; null: nothing. */
  readonly condition: Condition | null;
  /** Trains iteration `iteration`, counted from 1; what it draws depends on the seed and this number alone. */
  step(iteration: number): Promise<Scalars>;
  preview(): Promise<Preview>;
  /** How its scans fare; leaves the model as it is and draws nothing. */
  probe(): Promise<ScanHealth>;
}

type TrainingVolume = Pick<TaskOf<'train'>['volumes'][number], 'path' | 'lowPath' | 'split' | 'attributes'>;

export interface TrainingRequest {
  /** Parsed by the model's schema. */
  readonly config: unknown;
  /** Voxels a side of every volume. */
  readonly grid: number;
  /** Voxels a side of the files, where the model is to learn smaller scans than they are. */
  readonly fileGrid?: number;
  readonly volumes: readonly TrainingVolume[];
  readonly seed: number;
  /** What the checkpoint is conditional on that it goes on from; not given: there is none. */
  readonly conditionBefore?: Condition | null | undefined;
  /** How updates trade time for memory. */
  readonly memory?: MemoryPlan | undefined;
}
