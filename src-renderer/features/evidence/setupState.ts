/** What the form of an evidence report holds, as chosen, and what it asks for. */
import type { CommandInput, ProjectDetail } from '#contract/commands.ts';
import { evidenceSection, type EvidenceSection } from '#contract/evidence/request.ts';
import type { Job } from '#contract/jobs.ts';

export const sections = evidenceSection.options;

/** The scans that synthetic ones are set against. */
export type RealScans =
  { readonly kind: 'dataset'; readonly name: string } | { readonly kind: 'folder'; readonly folder: string };

export interface Setup {
  /** Absolute folder. */
  readonly synthetic: string | null;
  readonly real: RealScans | null;
  /** Absolute folder; of a dataset its own training scans are taken. */
  readonly training: string | null;
  readonly sections: readonly EvidenceSection[];
  readonly seed: string;
}

/** Scans that the project has made. */
export interface Synthesis {
  readonly job: string;
  /** Absolute. */
  readonly folder: string;
  readonly count: number;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** Those that are finished, the newest first. */
export const synthesesOf = (jobs: readonly Job[]): readonly Synthesis[] =>
  jobs.flatMap(({ id, state, request, createdAt }) =>
    request.kind === 'synthesize' && state === 'succeeded'
      ? [{ job: id, folder: request.out, count: request.count, createdAt }]
      : [],
  );

/** The newest of everything; `synthesis` is the job to begin with. */
export function firstSetup(
  syntheses: readonly Synthesis[],
  datasets: ProjectDetail['datasetList'],
  synthesis: string | null,
): Setup {
  const wanted = syntheses.find(({ job }) => job === synthesis) ?? syntheses[0];
  const dataset = datasets.at(-1);
  return {
    synthetic: wanted?.folder ?? null,
    real: dataset === undefined ? null : { kind: 'dataset', name: dataset.name },
    training: null,
    sections,
    seed: '1',
  };
}

const largestSeed = 4_294_967_295;
export const isSeedGood = ({ seed }: Setup): boolean => /^\s*\d+\s*$/.test(seed) && Number(seed) <= largestSeed;

/** Null while something is missing or wrong. */
export function evidenceInput(project: string, setup: Setup): CommandInput<'evidence.evaluate'> | null {
  const { synthetic, real, training, seed } = setup;
  if (synthetic === null || real === null || setup.sections.length === 0 || !isSeedGood(setup)) return null;
  return {
    project,
    synthetic,
    real: real.kind === 'dataset' ? { dataset: real.name } : { folder: real.folder },
    training: real.kind === 'dataset' ? null : training,
    grid: null,
    sections: [...setup.sections],
    out: null,
    seed: Number(seed),
  };
}
