/** The demo report's longer words: how to read it, and what to type next. */
import { plan } from './plan.ts';

/** Points on what a training of minutes can and cannot show; HTML. */
export function readingNotes(isPhantom: boolean): readonly string[] {
  return [
    'It shows that the whole chain works on this computer: files in, a network trained, new files out with geometry, seeds and provenance.',
    'Two minutes at this coarse grid teach a network the outline of a brain, its dark ventricles and its bright core. ' +
      'They do not teach it gyri. Published trainings of this model take hours to days.',
    'Nothing here says that synthetic scans are as good as real ones, that they protect anybody’s privacy, or that they help ' +
      'another analysis. Those are questions to test, with held-out scans, for each trained network.',
    isPhantom
      ? 'The scans that went in are phantoms, drawn by a program. They are there so that the demo needs nobody’s data; nothing about them is clinical.'
      : 'The pictures show your scans. Treat this file as you treat them.',
  ];
}

/** Commands for the next hour, to be typed in the folder of the clone. */
export function nextSteps(
  isPhantom: boolean,
  trainingJob: string,
): readonly { readonly purpose: string; readonly command: string }[] {
  const project = 'demo/Demo.doppel';
  const doppel = 'npm run -s doppel --';
  return [
    {
      purpose: 'Train on from here, until an hour is full:',
      command: `${doppel} job resume ${trainingJob} --project ${project} --minutes 60`,
    },
    {
      purpose: 'Make more scans from the newest checkpoint:',
      command: `${doppel} synthesize --project ${project} --count 20 --seed 100 --out demo/more`,
    },
    ...(isPhantom
      ? [
          {
            purpose: 'The demo on your own scans (a folder of NIfTI or MGH files, or a BIDS data set):',
            command: 'npm run demo -- /path/to/scans',
          },
        ]
      : []),
    {
      purpose: 'A project of your own, at a finer grid:',
      command: [
        `${doppel} project create Mine.doppel`,
        `${doppel} dataset import /path/to/scans --project Mine.doppel --name mine --grid 64`,
        `${doppel} train --project Mine.doppel --dataset mine --model ${plan.train.modelId} --minutes 600`,
      ].join('\n'),
    },
    {
      purpose: 'See what is in a project, and check its files against their hashes:',
      command: `${doppel} project check --project ${project}`,
    },
  ];
}
