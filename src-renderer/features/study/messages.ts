export const en = {
  title: 'Turing test',
  lead: 'Experts say which scans are real: blinded, registered beforehand, sealed, and analysed as a journal asks.',
  list: 'Reader studies',
  newOne: 'New study',
  noStudies: 'Your studies are listed here.',
  missing: 'This study is not in the project.',
  progressOf: 'Trials answered by {reader}',
  state: {
    draft: 'Being prepared',
    ready: 'Ready to lock',
    locked: 'Being read',
    reading: 'Reader’s copy',
    closed: 'Closed',
  },
  empty: {
    title: 'No reader study yet',
    text: 'Can experts tell your synthetic scans from real ones? Design a study: which scans, how many, who reads. Doppel prepares them alike, looks for what would give them away, seals the truth, and leads the readers through.',
    design: 'Design a study',
    noDataset: 'A study needs real scans',
    noDatasetText:
      'Import a dataset first and hold some scans out from training: those are what readers compare synthetic ones with.',
    toData: 'Import scans',
  },
};
