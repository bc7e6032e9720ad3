/** The commands about the leaderboard: the table as it was measured last, and the run that makes it. */
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { leaderboardReport } from '#contract/evidence/leaderboard.ts';
import type { Job } from '#contract/jobs.ts';
import type { BackendContext } from '../context.ts';
import { readReports, reportRows } from '../evaluations/listReports.ts';
import { startJob } from '../jobs/startJob.ts';
import { modelHandlers } from '../models/handlers.ts';
import { loadRegistry } from '../models/loadRegistry.ts';
import { generatorIds, trainedOn } from './leaderboardTask.ts';

/** For a first look if there is one: the published presets take long for a step. */
const lookPreset = 'look';

/** The preset of a run that was not told one. Throws `usage` for what makes no scans. */
async function presetOf(modelId: string): Promise<string> {
  const { registry } = await loadRegistry();
  const generators = registry.filter((entry) => entry.kind === 'generator');
  const entry = generators.find(({ id }) => id === modelId);
  if (entry === undefined) {
    const known = generators.map(({ id }) => id).join(', ');
    throw new AppError('usage', `There is no model "${modelId}" that makes scans. There is: ${known}.`);
  }
  return entry.presets.some(({ id }) => id === lookPreset) ? lookPreset : entry.defaultPreset;
}

export function leaderboardHandlers(context: BackendContext): Pick<Handlers, 'leaderboard.show' | 'leaderboard.run'> {
  const { sessions, runner } = context;
  const { 'model.train': train } = modelHandlers(context);
  return {
    'leaderboard.show': async ({ project, dataset: name }) => {
      const generators = await generatorIds();
      const { rows, dataset, trained } = await sessions.read(project, (opened) => {
        const found = opened.store.datasets.byName(name);
        return { rows: reportRows(opened, 'leaderboard'), dataset: found, trained: trainedOn(opened.store, found.id, generators) };
      });
      const reports = await readReports(rows, leaderboardReport);
      const newest = reports.find(({ report }) => report.dataset.name === dataset.name) ?? null;
      const measured = new Set(
        newest?.report.groups.flatMap(({ rows: of }) => of.map(({ checkpointSha256 }) => checkpointSha256)),
      );
      const trainings = trained.map(({ training }) => training);
      return {
        measured: newest === null ? null : { job: newest.job, jsonId: newest.jsonId, report: newest.report },
        unmeasured: trainings.filter(({ checkpointSha256 }) => !measured.has(checkpointSha256)),
      };
    },

    'leaderboard.run': async ({ project: dir, dataset: name, models, until, preset, allowHeads, count, seed }) => {
      const project = await sessions.own(dir);
      const dataset = project.store.datasets.byName(name);
      const presets = await Promise.all(models.map(async (modelId) => preset ?? (await presetOf(modelId))));
      const trainings: Job[] = [];
      for (const [at, modelId] of models.entries()) {
        const request = { modelId, until, seed, previewEvery: null, checkpointEvery: null, allowHeads };
        trainings.push(await train({ project: dir, dataset: name, preset: presets[at] ?? null, overrides: {}, ...request }));
      }
      const measurement = startJob({
        project,
        runner,
        request: { kind: 'leaderboard', datasetId: dataset.id, count, seed },
        datasetFingerprint: dataset.fingerprint,
      });
      return { trainings, measurement };
    },
  };
} // prettier-ignore
