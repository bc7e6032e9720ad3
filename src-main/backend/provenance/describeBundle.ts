/** What a bundle says of itself: to people, and to programs as a research object (RO-Crate 1.1, w3id.org/ro/crate/1.1). */
import type { BundledStudy } from '#contract/evidence/bundle.ts';

const formats: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gz: 'application/gzip',
  html: 'text/html',
  json: 'application/json',
  md: 'text/markdown',
  png: 'image/png',
  txt: 'text/plain',
};

/** `names`: of all files besides the description itself. */
export function describeCrate(study: BundledStudy, names: readonly string[]): object {
  const parts = names.map((name) => {
    const format = formats[name.split('.').at(-1) ?? ''];
    return { '@id': name, '@type': 'File', name, ...(format === undefined ? {} : { encodingFormat: format }) };
  });
  return {
    '@context': 'https://w3id.org/ro/crate/1.1/context',
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
        about: { '@id': './' },
      },
      {
        '@id': './',
        '@type': 'Dataset',
        name: `Study of the Doppel project ${study.project.id}`,
        description: 'Settings, splits, logs, measures, figures and statistics of a study on synthetic brain scans. Scans of persons are not part of it.', // prettier-ignore
        datePublished: study.createdAt,
        license: 'To be stated by the lab',
        hasPart: names.map((name) => ({ '@id': name })),
        mentions: { '@id': '#doppel' },
      },
      { '@id': '#doppel', '@type': 'SoftwareApplication', name: 'Doppel', version: study.doppel, license: 'Apache-2.0' },
      ...parts,
    ],
  };
} // prettier-ignore

export function readMe(study: BundledStudy, repeat: readonly string[]): string {
  const data = study.datasets.map(({ record }) => `- ${record.name}: ${String(record.train)} scans to train with, ${String(record.heldout)} held out, fingerprint \`${record.fingerprint}\``); // prettier-ignore
  return `# Study of the Doppel project ${study.project.id}

Written by Doppel ${study.doppel} on ${study.createdAt.slice(0, 10)}. It holds settings, splits, logs, measures, figures,
reports and statistics${study.withWeights ? ', the trained weights' : ''}${study.withSynthetic ? ', the synthetic scans' : ''}; no scan of a person, no name of a reader, and no path of a
machine. Pictures that may show real scans were taken out of the reports.

- \`study.json\`: the rows of the project
- \`datasets/\`: who is in which part of the split, by hash; a datasheet each
- \`models/\`: a model card for each training
- \`jobs/\`: logs, and the losses of every iteration as tables
- \`figures/\`, \`reports/\`, \`studies/\`: pictures of synthetic scans; reports; trials and statistics of reader studies
- \`manifest-sha256.txt\`: checksums, for \`sha256sum -c manifest-sha256.txt\`
- \`ro-crate-metadata.json\`: what is in it, for programs (RO-Crate 1.1)

Open it with \`doppel provenance open study.zip --out NAME\`.

## Data

${data.length === 0 ? 'No dataset.' : data.join('\n')}

## To do it again

With the same scans in the folder SCANS (and MASKS, LABELS, LOW_SCANS, REFERENCE, where they are named). A dataset that
has come out the same has the fingerprint above. Synthetic scans are drawn without the mark of a project, whose key stays
where it was made.

${repeat.length === 0 ? 'Nothing that can be done again has succeeded.' : `\`\`\`\n${repeat.join('\n')}\n\`\`\``}
`;
}
