/** The files behind the candidates of an import: whether they have changed, and how much there is to read. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportRequest } from '#contract/importing.ts';
import { sha256Of } from '#imaging/atomicWrite.ts';
import type { LabelMaps } from '#imaging/labelMaps.ts';
import type { Candidate } from '#imaging/scanFolder.ts';

interface Sources {
  readonly request: ImportRequest;
  readonly labels: LabelMaps | null;
  readonly lowOf: ReadonlyMap<string, Candidate> | null;
}

export interface SourceState {
  /** Over sizes and dates: another one where a file has changed. */
  readonly hash: string;
  readonly bytes: number;
}

const headerEnding = /\.(hdr|hdr\.gz|nhdr|mhd)$/i;
/** What the image file of a header may be called. */
const imageEndings = ['.img', '.img.gz', '.raw', '.raw.gz', '.zraw'];

function filesOf({ request, labels, lowOf }: Sources, candidate: Candidate): string[] {
  const { path, series } = candidate;
  const own = series === undefined ? [join(request.folder, path)] : series.files.map((file) => file.path);
  const images = headerEnding.test(path)
    ? imageEndings.map((ending) => join(request.folder, path.replace(headerEnding, ending)))
    : [];
  const low = lowOf?.get(path);
  const label = labels?.find(candidate) ?? null;
  return [
    ...own,
    ...images,
    ...(low === undefined || request.pairs === undefined ? [] : [join(request.pairs.folder, low.path)]),
    ...(label === null ? [] : [label]),
  ];
}

/** Of the scan, its image file, its label map and its low-resolution scan. */
export async function sourceState(sources: Sources, candidate: Candidate): Promise<SourceState> {
  const facts: string[] = [];
  let bytes = 0;
  for (const path of filesOf(sources, candidate)) {
    const found = await stat(path).catch(() => null);
    facts.push(found === null ? 'none' : `${String(found.size)} ${String(found.mtimeMs)}`);
    bytes += found?.size ?? 0;
  }
  return { hash: sha256Of(facts.join('\n')), bytes };
}
