export const leaderboard = {
  lead: 'All models trained on one dataset, measured against the same real scans, beside what real scans themselves, their mean and a Gaussian come to.',
  dataset: 'Dataset',
  compare: 'Compare models…',
  measure: 'Measure it | Measure it | Measure {n} trainings',
  unmeasured:
    'One training is not in the table yet: {names}. | One training is not in the table yet: {names}. | {n} trainings are not in the table yet: {names}.',
  changed: 'Scans were taken out of this dataset or put back since this was measured.',
  none: {
    dataset: 'There is no dataset to compare models on',
    datasetText: 'Import scans first; hold some of them out, so that models are compared on what none has seen.',
    toData: 'Go to Data',
    trained: 'No model was trained on this dataset yet',
    trainedText:
      'Choose models and how long each may train: they are trained one after another and measured against the same held-out scans.',
    measured: 'Nothing was measured yet',
    measuredText: 'These models were trained on this dataset and wait to be measured: {names}.',
  },
  training: '{model} · {preset} · seed {seed}',
  again: '{training} ({n})',
  head: { training: 'Training', iterations: 'Iterations', time: 'Trained for' },
  reference: {
    floor: 'Floor: halves of the real scans',
    meanBrain: 'Mean brain',
    pcaGaussian: 'PCA–Gaussian',
  },
  features: 'Features by',
  all: 'All measures',
  conditions:
    '{count} synthetic scans of each training against the {split}; seed {seed}, measured {when} with Doppel {doppel}.',
  extractor: '{name}: {words} {length} features, SHA-256 {sha256}.',
  ranked: 'In each table the training with the least {measure} by {name} comes first.',
  voxels: 'the voxels themselves',
  dialog: {
    title: 'Compare models on {dataset}',
    models: 'Models',
    grid: 'not at {side}³',
    noTraining: 'no training scans',
    minutes: 'Minutes each',
    minutesFault: 'A number above 0.',
    preset: 'Each is trained as for a first look, on the same scans, for the same time and from the same seed.',
    heads:
      'One training scan shows a whole head, by which a person can be known. | One training scan shows a whole head, by which a person can be known. | {n} training scans show whole heads, by which persons can be known.',
    allowHeads: 'Train on whole heads all the same',
    takes:
      'Choose a model. | One model for {minutes} min, then the measurement of all trainings. It goes on in the background. | {n} models for {minutes} min each take {time}, then all trainings are measured. It goes on in the background.',
    start: 'Train and measure',
  },
  progress: {
    label: 'The comparison at work',
    left: 'About {time} of training left; then all trainings are measured.',
    measuring: 'Measuring all trainings',
  },
  stop: {
    button: 'Stop',
    title: 'Stop the comparison?',
    text: 'Trainings that are done stay. The one at work writes a checkpoint, from which it can go on later; those that wait do not begin. Nothing is kept of an unfinished measurement.',
    action: 'Stop the comparison',
  },
};
