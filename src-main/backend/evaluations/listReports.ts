/** What the jobs of one kind have reported, as JSON in the project's reports. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { z } from 'zod';
import type { Job } from '#contract/jobs.ts';
import { isNotKept } from '#contract/privacy.ts';
import type { ArtifactRecord } from '#contract/records.ts';
import type { ReadProject } from '../projects/sessions.ts';

interface Reported<Report> {
  readonly job: string;
  /** Ids of artifacts. */
  readonly jsonId: string;
  readonly htmlId: string | null;
  readonly report: Report;
}

interface ReportRows {
  readonly dir: string;
  /** Of jobs that succeeded. */
  readonly artifacts: readonly ArtifactRecord[];
}

/** What there is to read, taken while the project is open. */
export function reportRows({ dir, store }: ReadProject, kind: Job['kind']): ReportRows {
  const succeeded = new Set(
    store.jobs
      .list()
      .filter((job) => job.kind === kind && job.state === 'succeeded')
      .map(({ id }) => id),
  );
  return { dir, artifacts: store.artifacts.list().filter(({ jobId }) => succeeded.has(jobId)) };
}

/** The newest first; without those that are gone or are no report: `project check` tells of them. */
export async function readReports<Report>(
  { dir, artifacts }: ReportRows,
  schema: z.ZodType<Report>,
): Promise<readonly Reported<Report>[]> {
  const inProject = artifacts.filter(({ kind, path }) => kind === 'report' && !isAbsolute(path) && !isNotKept(path));
  const read = async (json: ArtifactRecord): Promise<Reported<Report> | null> => {
    try {
      const report = schema.parse(JSON.parse(await readFile(join(dir, json.path), 'utf8')));
      const html = inProject.find(({ jobId, path }) => jobId === json.jobId && path.endsWith('.html'));
      return { job: json.jobId, jsonId: json.id, htmlId: html?.id ?? null, report };
    } catch {
      return null;
    }
  };
  const found = await Promise.all(inProject.filter(({ path }) => path.endsWith('.json')).map(read));
  return found.filter((report) => report !== null).reverse();
}
