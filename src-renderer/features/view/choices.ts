/** The volumes of a project that can be looked at: scans of its datasets, what was synthesised and what was made finer. */
import type { DatasetDetail, JobDetail } from '#contract/commands.ts';
import type { Job } from '#contract/jobs.ts';
import { isNotKept } from '#contract/privacy.ts';
import type { ArtifactRecord, VolumeRecord } from '#contract/records.ts';
import type { FileKind } from '#contract/shell.ts';

export interface Choice {
  /** `volume:<id>`, `artifact:<id>` or `file:<number>`; what the page's address names. */
  readonly key: string;
  readonly name: string;
  readonly note: 'heldout' | null;
  readonly open:
    | { readonly kind: FileKind; readonly id: string; readonly hasLabels: boolean }
    | { readonly kind: 'file'; readonly file: File };
}

export interface ChoiceGroup {
  readonly key: string;
  readonly title:
    | { readonly kind: 'dataset'; readonly name: string }
    | { readonly kind: 'synthetic' | 'finer'; readonly at: string }
    | { readonly kind: 'dropped' };
  readonly choices: readonly Choice[];
}

function volumeChoice({ id, subject, session, split, labelPath }: VolumeRecord): Choice {
  return {
    key: `volume:${id}`,
    name: session === null ? subject : `${subject} ${session}`,
    note: split === 'heldout' ? 'heldout' : null,
    open: { kind: 'volume', id, hasLabels: labelPath !== null },
  };
}

/** The last part of a path, of either kind of system, without `.nii.gz`. */
function stemOf(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return name.replace(/\.nii(\.gz)?$/i, '');
}

function artifactChoice({ id, path }: ArtifactRecord): Choice {
  return { key: `artifact:${id}`, name: stemOf(path), note: null, open: { kind: 'artifact', id, hasLabels: false } };
}

export function datasetGroup({ id, name, volumeList }: DatasetDetail): ChoiceGroup {
  return { key: id, title: { kind: 'dataset', name }, choices: volumeList.map(volumeChoice) };
}

const resultKinds: readonly ArtifactRecord['kind'][] = ['synthetic-volume', 'super-resolved-volume'];

/** Whether jobs of this kind leave volumes to look at. */
export const isVolumeJob = ({ kind }: Job): boolean => kind === 'synthesize' || kind === 'super-resolve';

/** null where the job has written no volumes, or where it is no longer known where they lie. */
export function resultGroup({ job, artifacts }: JobDetail): ChoiceGroup | null {
  const choices = artifacts
    .filter(({ kind, path }) => resultKinds.includes(kind) && !isNotKept(path))
    .map(artifactChoice);
  const kind = job.kind === 'super-resolve' ? 'finer' : 'synthetic';
  return choices.length === 0 ? null : { key: job.id, title: { kind, at: job.createdAt }, choices };
}

/** The choices whose names hold every word of `filter`; groups that are left empty go. */
export function filtered(groups: readonly ChoiceGroup[], filter: string): readonly ChoiceGroup[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return groups;
  return groups
    .map((group) => ({
      ...group,
      choices: group.choices.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word))),
    }))
    .filter(({ choices }) => choices.length > 0);
}
