/** A project with a training, its syntheses and a report, in which names and places are planted wherever a row takes words. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore } from '#backend/store/store.ts';
import type { Job } from '#contract/jobs.ts';
import {
  exampleDataset,
  exampleImportJob,
  exampleTrainJob,
  exampleVolume,
  sha256,
  writeCheckpoint,
} from '../exampleRecords.ts';

export const person = 'Kanarix';
/** With a space, as folders of persons have. */
const place = `/home/${person} Zita/scans`;
const scan = 'synthetic scan';

const config = { width: 16, latent: 8 };

const plantedKey = '5a'.repeat(32);

export function plantStudy(dir: string): { readonly training: Job; readonly markKey: string } {
  const store = createStore(openForOwner(dir));
  try {
    const importing = { ...exampleImportJob(), state: 'succeeded' as const, createdAt: '2026-01-01T00:00:00.000Z' };
    const base = exampleTrainJob({ state: 'succeeded', iteration: 2, createdAt: '2026-01-02T00:00:00.000Z' });
    const training: Job = base.request.kind === 'train' ? { ...base, request: { ...base.request, config } } : base;
    const synthesis: Job = {
      ...exampleTrainJob(),
      id: 'synthesize-1',
      kind: 'synthesize',
      state: 'succeeded',
      createdAt: '2026-01-03T00:00:00.000Z',
      request: { kind: 'synthesize', checkpointId: 'c2', count: 1, seed: 5, truncation: 1, out: `${place}/synthetic` },
    };
    const failed: Job = { ...synthesis, id: 'synthesize-2', state: 'failed', error: { code: 'internal', message: `Cannot write ${place}/synthetic/a.nii.gz (EACCES).` } };
    const evidence: Job = {
      ...synthesis,
      id: 'evidence-1',
      kind: 'evidence',
      request: { kind: 'evidence', real: { folder: place }, synthetic: place, training: null, grid: null, sections: ['likeness'], out: null, seed: 1 },
    };
    store.transaction(() => {
      for (const job of [importing, training, synthesis, failed, evidence]) store.jobs.insert(job);
      const volumes = ['1', '2', '3'].map((id) => exampleVolume(`000${id}`, { split: id === '3' ? 'heldout' : 'train' }));
      store.datasets.insert(
        exampleDataset(importing.id),
        volumes.map((record) => ({ record, labelSha256: null, thumbnailSha256: null })),
      );
      store.metrics.insert(training.id, [
        { iteration: 1, values: { critic: 0.5, encoder: 1 } },
        { iteration: 2, values: { critic: 0.25 } },
      ]);
      store.healthNotices.insert(training.id, { iteration: 2, measure: 'gap', state: 'warn', text: 'Scores differ.' }, '2026-01-02T01:00:00.000Z');
      store.checkpoints.insert({
        id: 'c2',
        jobId: training.id,
        iteration: 2,
        path: 'checkpoints/c2',
        sha256: writeCheckpoint(dir, { id: 'c2', jobId: training.id, iteration: 2 }),
        bytes: 10,
        milestone: true,
        createdAt: '2026-01-02T02:00:00.000Z',
      });
      const artifact = { jobId: synthesis.id, iteration: 2, seed: 5 };
      store.artifacts.insert({ id: 'a1', kind: 'synthetic-volume', path: `${place}/synthetic/sub-synth0001_T1w.nii.gz`, sha256: sha256(scan), ...artifact });
      store.artifacts.insert({ id: 'a2', kind: 'thumbnail', path: 'jobs/synthesize-1/thumbnails/sub-synth0001.png', sha256: sha256('picture'), ...artifact });
      store.artifacts.insert({ id: 'a3', kind: 'preview', path: `jobs/${training.id}/previews/1.png`, sha256: sha256('real'), ...artifact, jobId: training.id });
      store.artifacts.insert({ id: 'a4', kind: 'report', path: 'reports/evidence-1.html', sha256: sha256('page'), ...artifact, jobId: evidence.id });
      store.provenance.insertVoxelHash('a1', 'ee'.repeat(32));
    });
    const write = (path: string, text: string): void => {
      mkdirSync(join(dir, path, '..'), { recursive: true });
      writeFileSync(join(dir, path), text);
    };
    write('jobs/synthesize-1/thumbnails/sub-synth0001.png', 'picture');
    write(`jobs/${training.id}/previews/1.png`, 'person-in-preview');
    write(`jobs/${training.id}/log.txt`, `Error: ${place}/a.nii is gone\n    at read (file:///opt/doppel/src-main/worker/train.ts:10:3)\nkept line\n`);
    write('reports/evidence-1.html', '<p>Fine</p><img src="data:image/png;base64,person-in-report" alt=""><svg></svg>');
    write('volumes/0001.nii', 'voxels of a person');
    store.provenance.insertMarkKey(plantedKey);
    return { training, markKey: plantedKey };
  } finally {
    store.close();
  }
} // prettier-ignore
