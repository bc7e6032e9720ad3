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
  /** What else goes into a scan: its mask, what it is laid on. Absolute paths. */
  preparedWith(candidate: Candidate): readonly string[];
}

export interface SourceState {
  /** Over sizes and dates: another one where a file has changed. */
  readonly hash: string;
  readonly bytes: number;
}

const headerEnding = /\.(hdr|hdr\.gz|nhdr|mhd)$/i;
/** What the image file of a header may be called. */
const imageEndings = ['.img', '.img.gz', '.raw', '.raw.gz', '.zraw'];

/** A scan's own, image file included, which may not all be there. */
export function scanFiles(folder: string, { path, series }: Candidate): readonly string[] {
  if (series !== undefined) return series.files.map((file) => file.path);
  const images = headerEnding.test(path) ? imageEndings.map((ending) => path.replace(headerEnding, ending)) : [];
  return [path, ...images].map((name) => join(folder, name));
}

function filesOf(sources: Sources, candidate: Candidate): readonly string[] {
  const { request, labels, lowOf } = sources;
  const low = lowOf?.get(candidate.path);
  const label = labels?.find(candidate) ?? null;
  return [
    ...scanFiles(request.folder, candidate),
    ...(low === undefined || request.pairs === undefined ? [] : [join(request.pairs.folder, low.path)]),
    ...(label === null ? [] : [label]),
    ...sources.preparedWith(candidate),
  ];
}

/** Of the scan, its image file, its label map, its low-resolution scan, its mask and the reference of its alignment. */
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
