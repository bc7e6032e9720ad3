/** What the project holds to look at, kept up to date, and the files that were opened besides. */
import type { ErrorShape } from '#contract/errors.ts';
import { toErrorShape } from '#contract/errors.ts';
import { call, useEvent } from '#bridge/bridge.ts';
import { useProject } from '#bridge/projectStore.ts';
import { computed, shallowRef, watch } from 'vue';
import { datasetGroup, isVolumeJob, resultGroup, type Choice, type ChoiceGroup } from './choices.ts';

/** Dropped files of this window's life: they are still there after another page was shown. */
const opened = shallowRef<readonly Choice[]>([]);

export function useChoices() {
  const project = useProject();
  const held = shallowRef<readonly ChoiceGroup[]>([]);
  const error = shallowRef<ErrorShape | null>(null);
  let asked = 0;

  async function load(): Promise<void> {
    asked += 1;
    const turn = asked;
    const current = project.current;
    if (current === null) {
      held.value = [];
      return;
    }
    const inProject = { project: current.path };
    try {
      const [datasets, jobs] = await Promise.all([
        Promise.all(current.datasetList.map(({ name }) => call('dataset.show', { ...inProject, name }))),
        call('job.list', inProject).then((list) =>
          Promise.all(
            list
              .filter(isVolumeJob)
              .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
              .map(({ id }) => call('job.show', { ...inProject, job: id })),
          ),
        ),
      ]);
      if (turn !== asked) return;
      error.value = null;
      held.value = [...jobs.map(resultGroup).filter((group) => group !== null), ...datasets.map(datasetGroup)];
    } catch (thrown) {
      if (turn === asked) error.value = toErrorShape(thrown);
    }
  }

  watch(
    () => project.current,
    () => void load(),
    { immediate: true },
  );
  useEvent((event) => {
    // A job writes many; its end brings the rest through the project.
    if (event.type === 'job.changed' && isVolumeJob(event.job) && event.job.state !== 'running') void load();
  });

  const groups = computed<readonly ChoiceGroup[]>(() => [
    ...(opened.value.length === 0
      ? []
      : [{ key: 'dropped', title: { kind: 'dropped' } as const, choices: opened.value }]),
    ...held.value,
  ]);

  /** Adds a file to the list and names its choice. */
  function openFile(file: File): Choice {
    const choice: Choice = {
      key: `file:${opened.value.length + 1}`,
      name: file.name,
      note: null,
      open: { kind: 'file', file },
    };
    opened.value = [choice, ...opened.value];
    return choice;
  }

  return { groups, error, openFile, load };
}
