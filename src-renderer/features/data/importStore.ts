/** The import wizard's state, which outlives its page: a look or an import goes on while one is elsewhere. */
import { call, useEvent } from '#bridge/bridge.ts';
import { isAlive, useJobs } from '#bridge/jobStore.ts';
import { useProject } from '#bridge/projectStore.ts';
import type { Job } from '#contract/jobs.ts';
import type { FileOutcome, FrameChoice, ScanCandidate } from '#contract/records.ts';
import { defineStore } from 'pinia';
import { computed, reactive, ref, shallowRef, watch } from 'vue';
import { chosenPaths, countFound, isChosen } from './foundScans.ts';
import { plainPreparation, preprocessOf, type Preparation } from './preparation.ts';

export const steps = ['folder', 'found', 'prepare', 'grid', 'split', 'run'] as const;
export type Step = (typeof steps)[number];

export interface Plan {
  /** '' until one is proposed. Never the folder's, which may be called after a patient. */
  name: string;
  preparation: Preparation;
  grid: number | null;
  spacingMm: number | 'auto';
  holdout: number;
  seed: number;
  /** '' for none. */
  derivative: string;
  /** Of real pairs: the folder of low-resolution scans, '' for none, and by how much they are coarser. */
  lowFolder: string;
  factor: string;
  /** Where the key of pseudonyms goes, '' for nowhere. */
  keyFile: string;
}

/** How scans are read, at the look and at the import. */
export interface Reading {
  frame: FrameChoice;
  acceptIncomplete: boolean;
}

const defaultReading = (): Reading => ({ frame: null, acceptIncomplete: false });

const defaultPlan = (): Plan => ({
  name: '',
  preparation: plainPreparation(),
  grid: null,
  spacingMm: 'auto',
  holdout: 0.2,
  seed: 1,
  derivative: '',
  lowFolder: '',
  factor: '2',
  keyFile: '',
});

export const useImport = defineStore('import', () => {
  const project = useProject();
  const jobs = useJobs();

  const isOpen = ref(false);
  const step = ref<Step>('folder');
  const folder = ref<string | null>(null);
  const scanId = ref<string | null>(null);
  const candidates = shallowRef<readonly ScanCandidate[]>([]);
  const choice = shallowRef<ReadonlyMap<string, boolean>>(new Map());
  const reading = reactive<Reading>(defaultReading());
  const plan = reactive<Plan>(defaultPlan());
  const importId = ref<string | null>(null);
  const outcomes = shallowRef<readonly FileOutcome[]>([]);

  const jobOf = (id: string | null): Job | null => jobs.list.find((job) => job.id === id) ?? null;
  const scanJob = computed(() => jobOf(scanId.value));
  const importJob = computed(() => jobOf(importId.value));
  const isScanning = computed(() => scanJob.value !== null && isAlive(scanJob.value));
  const counts = computed(() => countFound(candidates.value, choice.value));

  /** Back to an empty wizard; what runs, runs on. */
  function reset(): void {
    step.value = 'folder';
    folder.value = null;
    scanId.value = null;
    candidates.value = [];
    importId.value = null;
    outcomes.value = [];
    choice.value = new Map();
    Object.assign(reading, defaultReading());
    Object.assign(plan, defaultPlan());
  }

  function open(): void {
    if (importJob.value !== null && !isAlive(importJob.value)) reset();
    isOpen.value = true;
  }

  function close(): void {
    isOpen.value = false;
    if (isScanning.value) void stopScan().catch(() => undefined); // nobody waits for what it finds
    reset();
  }

  const here = (): string => {
    const path = project.current?.path;
    if (path === undefined) throw new Error('The wizard needs an open project.');
    return path;
  };

  /** Looks through a folder; throws AppError when there is none. */
  async function look(path: string): Promise<void> {
    if (path !== folder.value) Object.assign(reading, defaultReading());
    if (isScanning.value) await stopScan();
    const job = await call('dataset.scan', { project: here(), folder: path, ...reading });
    candidates.value = [];
    choice.value = new Map();
    if (path !== folder.value) Object.assign(plan, { name: '', preparation: plainPreparation() });
    folder.value = path;
    scanId.value = job.id;
    step.value = 'found';
    await reload(); // what was found before the answer came
  }

  /** Looks through the same folder again, reading its scans in another way. */
  async function lookAgain(changes: Partial<Reading>): Promise<void> {
    if (folder.value === null) return;
    Object.assign(reading, changes);
    await look(folder.value);
  }

  /** Takes a scan in or leaves it out. */
  function toggle(candidate: ScanCandidate): void {
    choice.value = new Map(choice.value).set(candidate.path, !isChosen(candidate, choice.value));
  }

  async function stopScan(): Promise<void> {
    if (scanJob.value !== null) await jobs.cancel({ project: here(), job: scanJob.value });
  }

  async function reload(): Promise<void> {
    const job = scanId.value;
    if (job === null) return;
    const found = await call('dataset.scanResult', { project: here(), job });
    if (scanId.value === job && found.length >= candidates.value.length) candidates.value = found;
  }

  /** Starts the import as planned; throws AppError, for instance when the name is taken. */
  async function run(): Promise<void> {
    if (folder.value === null || plan.grid === null) return;
    if (isScanning.value) await stopScan();
    const { name, grid, spacingMm, holdout, seed } = plan;
    const derivative = plan.derivative.trim() === '' ? null : plan.derivative.trim();
    const pairs = plan.lowFolder === '' ? undefined : { folder: plan.lowFolder, factor: plan.factor };
    const keyFile = plan.keyFile === '' ? undefined : plan.keyFile;
    const scans = chosenPaths(candidates.value, choice.value);
    const preprocess = preprocessOf(plan.preparation);
    const settings = {
      name: name.trim(),
      grid,
      spacingMm,
      holdout,
      seed,
      derivative,
      pairs,
      scans,
      preprocess,
      keyFile,
      ...reading,
    };
    const job = await call('dataset.import', { project: here(), folder: folder.value, ...settings });
    outcomes.value = [];
    importId.value = job.id;
    step.value = 'run';
    const { files } = await call('job.show', { project: here(), job: job.id });
    if (files.length > outcomes.value.length) outcomes.value = files;
  }

  useEvent((event) => {
    if (event.type === 'scan.found' && event.jobId === scanId.value)
      candidates.value = [...candidates.value.filter(({ path }) => path !== event.candidate.path), event.candidate];
    if (event.type === 'file.handled' && event.jobId === importId.value)
      outcomes.value = [...outcomes.value.filter(({ path }) => path !== event.outcome.path), event.outcome];
  });
  // At its end the list is as the backend has it, whatever the window missed.
  watch(isScanning, (is, was) => {
    if (was && !is) void reload().catch(() => undefined);
  });
  watch(
    () => project.current?.path,
    () => {
      isOpen.value = false;
      reset();
    },
  );

  return {
    isOpen, step, folder, scanId, candidates, plan, importId, outcomes, scanJob, importJob, isScanning, counts, choice, reading,
    open, close, look, lookAgain, toggle, stopScan, run,
  }; // prettier-ignore
});
