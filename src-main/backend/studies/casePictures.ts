/** Pictures of the hardest and the easiest cases of a closed study, with where its readers clicked. */
import { join } from 'node:path';
import type { CasePicture, ReportedAnswer, StudyReport } from '#contract/studyCommands.ts';
import type { CaseRanking } from '#shared/study/caseRanking.ts';
import { runOnce } from '../jobs/runOnce.ts';
import { casesFolder, studyDir, studyReportDir } from '../projects/layout.ts';

/** So many are shown of each; all are in the tables. */
const mostShown = 6;

/** The hardest first, then the easiest; no case is both. */
export function chooseCases({ hardestFirst }: CaseRanking): StudyReport['shown'] {
  const names = hardestFirst.map((one) => one.case);
  const each = Math.min(mostShown, Math.floor(names.length / 2));
  return { hardest: names.slice(0, each), easiest: names.slice(names.length - each).reverse() };
}

type Mark = StudyReport['answers'][number]['answer']['marks'][number];

/** Of a pair clicks are on the scan that the reader called synthetic. */
function clickedScan({ caseId, answer }: ReportedAnswer): string {
  const scans = caseId.split('+');
  return scans[answer.verdict === 'second' ? 1 : 0] ?? caseId;
}

export const pictureFile = (projectDir: string, studyId: string, caseId: string): string =>
  join(studyReportDir(projectDir, studyId), casesFolder, `${caseId}.png`);

interface Wanted {
  readonly projectDir: string;
  readonly studyId: string;
  readonly shown: StudyReport['shown'];
  readonly answers: readonly ReportedAnswer[];
}

/** Draws them in a process of its own. */
export async function drawPictures({ projectDir, studyId, shown, answers }: Wanted): Promise<readonly CasePicture[]> {
  const scans = [...shown.hardest, ...shown.easiest].flatMap((id) => id.split('+'));
  if (scans.length === 0) return [];
  const clicks = new Map(
    scans.map((scan) => [
      scan,
      answers
        .filter((one) => one.repeat === 0 && clickedScan(one) === scan)
        .flatMap(({ reader, answer }) => answer.marks.map((voxel): { reader: string; voxel: Mark } => ({ reader, voxel }))),
    ]),
  ); // prettier-ignore
  const { pictures } = await runOnce(
    {
      kind: 'study-pictures',
      cases: scans.map((caseId) => ({
        caseId,
        path: join(studyDir(projectDir, studyId), casesFolder, `${caseId}.nii`),
        out: pictureFile(projectDir, studyId, caseId),
        marks: clicks.get(caseId)?.map(({ voxel }) => voxel) ?? [],
      })),
    },
    'pictures',
  );
  return pictures.map(({ marks, ...picture }) => ({
    ...picture,
    marks: marks.map((places, index) => ({ reader: clicks.get(picture.caseId)?.[index]?.reader ?? '', places })),
  }));
}
