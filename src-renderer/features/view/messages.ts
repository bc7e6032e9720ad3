export const en = {
  title: 'View',
  volumes: 'Volumes',
  filter: 'Filter',
  dropped: 'Opened files',
  dataset: 'Dataset {name}',
  synthetic: 'Synthesised {when}',
  heldout: 'held out',
  compare: 'Compare',
  compareWith: 'Compare with {name}',
  stopComparing: 'Stop comparing with {name}',
  openFile: 'Open a file …',
  emptyTitle: 'Nothing is shown yet',
  emptyText:
    'Choose a volume from the list, or drop a NIfTI file (.nii, .nii.gz) anywhere on this page. The file is only read, never copied.',
  dropHere: 'Drop to look at it',
  notNifti: '{name} is not a NIfTI file. The viewer opens .nii and .nii.gz; other scans come in through Data.',
  noMatch: 'No volume matches.',
};
