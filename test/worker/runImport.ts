/** Runs an import in this process and collects what it says. */
import type { ImportRequest } from '#contract/importing.ts';
import { workerMessage, type WorkerMessage } from '#contract/jobs.ts';
import type { FileOutcome, VolumeRecord } from '#contract/records.ts';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { importDataset } from '#worker/importDataset.ts';

export interface Imported {
  readonly projectDir: string;
  readonly messages: readonly WorkerMessage[];
  readonly files: readonly FileOutcome[];
  readonly volumes: readonly VolumeRecord[];
  readonly spacingMm: number;
  readonly error: unknown;
}

/** Runs the job in this process; `stopAfter` cancels once so many files have been reported. */
export async function runImport(
  folder: string,
  wishes: Partial<ImportRequest> = {},
  stopAfter = Infinity,
): Promise<Imported> {
  const projectDir = temporaryFolder();
  const messages: WorkerMessage[] = [];
  const files = (): FileOutcome[] => messages.flatMap((message) => (message.type === 'file' ? [message.outcome] : []));
  const request: ImportRequest = {
    kind: 'import',
    folder,
    name: 'test',
    grid: 24,
    spacingMm: 'auto',
    holdout: 0.25,
    seed: 1,
    derivative: null,
    ...wishes,
  };
  const error: unknown = await importDataset(
    { kind: 'import', request, projectDir, jobDir: projectDir },
    {
      send: (message) => messages.push(workerMessage.parse(JSON.parse(JSON.stringify(message)))),
      isCancelled: () => files().length >= stopAfter,
    },
  ).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const dataset = messages.find((message) => message.type === 'dataset');
  return {
    projectDir,
    messages,
    files: files(),
    volumes: dataset?.volumes ?? [],
    spacingMm: dataset?.spacingMm ?? NaN,
    error,
  };
}
