/** Closed reader studies as a bundle has them: trials and statistics, readers by number. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { studyReportDir } from '../projects/layout.ts';
import type { ReadProject } from '../projects/sessions.ts';
import { analyze } from '../studies/analyze.ts';

const readerColumn = 'reader';

/** The table with `reader-1`, `reader-2` … for names, in the order of the names. */
function withoutNames(csv: string): string {
  const [heading = [], ...rows] = parse(csv);
  const column = heading.indexOf(readerColumn);
  const names = [...new Set(rows.map((row) => row[column] ?? ''))].sort();
  const renamed = rows.map((row) => row.with(column, `reader-${String(names.indexOf(row[column] ?? '') + 1)}`));
  return stringify([heading, ...renamed], { record_delimiter: 'windows' });
}

/** Writes `studies/<id>/trials.csv` and `statistics.json` under `parts`; their names. Only studies whose report was made. */
export async function bundleStudies({ store, dir }: ReadProject, parts: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { id, state, design } of store.studies.list()) {
    const trials = join(studyReportDir(dir, id), 'trials.csv');
    if (state !== 'closed' || !existsSync(trials)) continue;
    const table = join(parts, 'studies', id, 'trials.csv');
    await mkdir(dirname(table), { recursive: true });
    await writeFile(table, withoutNames(readFileSync(trials, 'utf8')));
    const { margin, seed, protocol } = design;
    const statistics = await analyze({ source: { path: table }, margin, seed, protocol });
    await writeFile(join(dirname(table), 'statistics.json'), `${JSON.stringify({ margin, seed, protocol, ...statistics }, null, 2)}\n`); // prettier-ignore
    names.push(`studies/${id}/trials.csv`, `studies/${id}/statistics.json`);
  }
  return names;
}
