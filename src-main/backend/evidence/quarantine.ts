/** The commands about suspected copies: which there are, and letting one go. */
import type { Handlers } from '#contract/commands.ts';
import type { ShownCopy } from '#contract/evidence/quarantine.ts';
import type { BackendContext } from '../context.ts';
import { now } from '../identifiers.ts';
import type { Store } from '../store/store.ts';

/** Volumes of all datasets by what a report calls them. */
function volumesByName({ datasets }: Store): ReadonlyMap<string, string> {
  return new Map(
    datasets
      .list()
      .flatMap(({ id }) => datasets.allVolumes(id))
      .map(({ id, subject, session }) => [session === null ? subject : `${subject}_${session}`, id]),
  );
}

function shownCopies(store: Store): readonly ShownCopy[] {
  const volumes = volumesByName(store);
  const artifacts = new Map(store.artifacts.list().map(({ id, sha256 }) => [sha256, id]));
  return store.suspectedCopies.list().map((copy) => ({
    ...copy,
    artifactId: artifacts.get(copy.sha256) ?? null,
    volumeId: volumes.get(copy.nearest) ?? null,
  }));
}

export function quarantineHandlers({
  sessions,
}: BackendContext): Pick<Handlers, 'evidence.suspects' | 'evidence.release'> {
  return {
    'evidence.suspects': ({ project }) => sessions.read(project, ({ store }) => shownCopies(store)),

    'evidence.release': async ({ project: dir, id, by, reason }) => {
      const { store } = await sessions.own(dir);
      return store.transaction(() => store.suspectedCopies.release(id, { at: now(), by, reason }));
    },
  };
}
