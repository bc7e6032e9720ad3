/** Finds scans of a report in the project by the hash of their files, so that the viewer can show them. */
import type { ScanRole } from '#contract/evidence/figure.ts';
import type { EvidenceReport } from '#contract/evidence/report.ts';
import { call, fileUrl } from '#bridge/bridge.ts';
import { useJobs } from '#bridge/jobStore.ts';
import { useProject } from '#bridge/projectStore.ts';

export interface LocatedScans {
  /**
   * By `scanKey`, the address of each scan that lies in the project: synthetic ones among what it has made, real ones in
   * the dataset, if they are of one.
   */
  find(report: EvidenceReport, datasetId: string | null): Promise<ReadonlyMap<string, string>>;
}

export const scanKey = (role: ScanRole, id: string): string => `${role} ${id}`;

export function useLocatedScans(): LocatedScans {
  const project = useProject();
  const jobs = useJobs();
  const urlOf = (kind: 'artifact' | 'volume', id: string): string => fileUrl(project.current?.id ?? '', kind, id);

  /** Addresses by hash, from the newest synthesis back until each of `wanted` is found. */
  async function made(path: string, wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const job of jobs.list.filter(({ kind }) => kind === 'synthesize')) {
      if (found.size === wanted.size) break;
      const { artifacts } = await call('job.show', { project: path, job: job.id });
      for (const { id, sha256 } of artifacts) if (wanted.has(sha256)) found.set(sha256, urlOf('artifact', id));
    }
    return found;
  }

  async function imported(path: string, datasetId: string | null): Promise<ReadonlyMap<string, string>> {
    const name = project.current?.datasetList.find(({ id }) => id === datasetId)?.name;
    if (name === undefined) return new Map();
    const { volumeList } = await call('dataset.show', { project: path, name });
    return new Map(volumeList.map(({ id, sha256 }) => [sha256, urlOf('volume', id)]));
  }

  return {
    find: async ({ scans }, datasetId) => {
      const path = project.current?.path;
      if (path === undefined) return new Map();
      const synthetic = new Set(scans.filter(({ role }) => role === 'synthetic').map(({ sha256 }) => sha256));
      const known = new Map([...(await made(path, synthetic)), ...(await imported(path, datasetId))]);
      return new Map(
        scans.flatMap(({ role, id, sha256 }) => {
          const url = known.get(sha256);
          return url === undefined ? [] : [[scanKey(role, id), url] as const];
        }),
      );
    },
  };
}
