/** The latent explorer with real processes: codes, a fit, a session that shows and ends, a walk. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { brainValues, writeScan } from '../../imaging/scanFixture.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

test('codes, a column fitted to them, a live session and a walk', { timeout: 180_000 }, async () => {
  const backend = openBackend();
  const { call, untilOver } = backend;
  const project = await newProject(backend);
  const { id: projectId } = await call('project.show', { project });
  const folder = join(temporaryFolder(), 'scans');
  const size = [22, 26, 18] as const;
  const names = Array.from({ length: 10 }, (_, at) => `sub-${String(at + 1).padStart(2, '0')}`);
  names.forEach((name, at) => writeScan(join(folder, `${name}_T1w.nii`), { size, values: brainValues(size, at) }));
  const rows = names.map((name, at) => `${name}\t${String(30 + 3 * at)}`);
  writeFileSync(join(folder, 'participants.tsv'), ['participant_id\tage', ...rows, ''].join('\n'));
  const scans = { folder, name: 'brains', grid: 16, spacingMm: 'auto', holdout: 0.2, seed: 1, derivative: null } as const; // prettier-ignore
  expect(await untilOver(await call('dataset.import', { project, ...scans }))).toMatchObject({ state: 'succeeded' });
  const known = { dataset: 'brains', modelId: 'autoencoder', preset: null, overrides: { width: 8, latent: 8, batch: 2 } }; // prettier-ignore
  const course = { until: { iterations: 2 }, seed: 3, previewEvery: 1000, checkpointEvery: 1000 };
  await untilOver(await call('model.train', { project, ...known, ...course }));

  const encoded = await untilOver(await call('latent.encode', { project, checkpoint: null, dataset: null, steps: 1, seed: 1 })); // prettier-ignore
  expect(encoded).toMatchObject({ state: 'succeeded' });
  const asked = { project, encoding: null, positive: null, permutations: 19, seed: 1 };
  await expect(call('latent.fit', { ...asked, column: 'shoe size' })).rejects.toThrow(/There is: .*age/);
  const fitted = await untilOver(await call('latent.fit', { ...asked, column: 'age' }));
  const [detail] = await call('latent.list', { project });
  expect(detail).toMatchObject({ job: encoded.id, fits: [{ job: fitted.id, fit: { column: 'age', scans: 10 } }] });
  expect(detail?.columns.map(({ name }) => name)).toContain('age');
  const volume = detail?.encoding.scans[0]?.volume ?? '';

  const { session, latent } = await call('latent.open', { project, encoding: encoded.id });
  expect(latent).toBe(8);
  const at = { kind: 'direction', fit: fitted.id, volume, sd: 2 } as const;
  const view = await call('latent.show', { session, at });
  expect(view.mostDifference).toBeGreaterThan(0);
  const { path } = await call('file.locate', { projectId, kind: 'latent', id: view.volume });
  expect(existsSync(path)).toBe(true);
  await expect(call('latent.show', { session, at: { ...at, volume: 'nobody' } })).rejects.toThrow(/no code/);
  await expect(call('file.locate', { projectId, kind: 'latent', id: 'other' })).rejects.toThrow(/not-found/);
  // The files of the last two answers stay.
  await call('latent.show', { session, at: { ...at, sd: 1 } });
  const third = await call('latent.show', {
    session,
    at: { kind: 'interpolation', from: volume, to: volume, share: 0.5 },
  });
  expect(third).toMatchObject({ score: null, isBeyond: false });
  expect(existsSync(path)).toBe(false);
  const next = await call('latent.open', { project, encoding: encoded.id });
  await expect(call('latent.show', { session, at })).rejects.toThrow(/wrong-state/);
  await call('latent.close', { session: next.session });
  await expect(call('latent.show', { session: next.session, at })).rejects.toThrow(/wrong-state/);

  const walked = await untilOver(await call('latent.walk', { project, path: { kind: 'direction', fit: fitted.id, volume: null, low: -1, high: 1 }, count: 2, out: null })); // prettier-ignore
  expect(walked).toMatchObject({ state: 'succeeded' });
  expect(existsSync(join(project, 'walks', walked.id, 'walk.gif'))).toBe(true);
  expect(await call('project.check', { project })).toMatchObject({ ok: true, problems: [] });
});
