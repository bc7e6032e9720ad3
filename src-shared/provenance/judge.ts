/** From what was found in a file to a verdict, in words that say what it rests on. */
import type { FileProvenance, HashEvidence, KnownFile } from '../contract/evidence/provenance.ts';

type Found = Pick<FileProvenance, 'header' | 'hash' | 'mark'> & { readonly hasProject: boolean };
type Judged = Pick<FileProvenance, 'verdict' | 'words'>;

const kindWords: Readonly<Partial<Record<KnownFile['what'], string>>> = {
  'synthetic-volume': 'the synthetic scan',
  'super-resolved-volume': 'the super-resolved scan',
};

function describeKnown({ what, seed, jobId }: HashEvidence): string {
  const named = kindWords[what] ?? `the file (${what})`;
  return `${named}${seed === null ? '' : ` of seed ${String(seed)}`} that job ${jobId ?? '?'} wrote`;
}

function judgeHash(hash: HashEvidence): Judged {
  if (hash.what === 'imported-scan' || hash.what === 'dataset-volume') {
    const which = hash.what === 'imported-scan' ? 'a scan that was imported into this project' : 'an imported scan of this project, on its grid'; // prettier-ignore
    return { verdict: 'imported', words: `It is ${which} (${hash.id}): no network made it.` };
  }
  return {
    verdict: 'made-here',
    words:
      hash.of === 'file'
        ? `Made by this project: it is, byte for byte, ${describeKnown(hash)}.`
        : `Made by this project: its voxels are those of ${describeKnown(hash)}; header or packing are other ones.`,
  };
}

/** At most one scan in so many. */
const oneIn = (p: number): string => `one in 10^${String(Math.floor(-Math.log10(Math.max(p, 1e-300))))}`;

export function judgeProvenance({ header, hash, mark, hasProject }: Found): Judged {
  if (hash !== null) return judgeHash(hash);
  if (mark?.found === true) {
    const words = `Made by this project: it carries the project's mark (score ${mark.score.toFixed(1)}; at most ${oneIn(mark.p)} scans made elsewhere comes as far). It was changed since it was written.`;
    return { verdict: 'made-here', words };
  }
  if (header === null) {
    const words = hasProject
      ? 'No sign that this project made it: neither header nor hash nor mark. That does not show that it did not.'
      : 'No sign: its header says nothing of Doppel. Name a project (--project) to look for its hashes and its mark.';
    return { verdict: 'no-sign', words };
  }
  const says = `its header says that Doppel made it (${header.says})`;
  if (!hasProject)
    return { verdict: 'probably', words: `Probably made by Doppel: ${says}. Name a project (--project) to learn whether it came from there.` }; // prettier-ignore
  if (header.checkpoint !== null)
    return {
      verdict: 'probably',
      words: `Probably made by this project: ${says}, with its checkpoint ${header.checkpoint}. Hash and mark do not confirm it, and headers can be copied.`,
    };
  return {
    verdict: 'no-sign',
    words: `No sign that this project made it: ${says}, but with a network that this project does not have.`,
  };
}
