/**
 * All words of the shell: menu, dialogs, notifications. Another language is another table of this shape; `{name}` stands
 * for a value, and a counted text has a form for each plural category of its language (Intl.PluralRules).
 */
export const en = {
  app: 'Doppel',
  menu: {
    about: 'About Doppel',
    settings: 'Settings…',
    services: 'Services',
    hide: 'Hide Doppel',
    hideOthers: 'Hide Others',
    showAll: 'Show All',
    quit: 'Quit',
    file: 'File',
    close: 'Close Window',
    edit: 'Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    delete: 'Delete',
    selectAll: 'Select All',
    view: 'View',
    actualSize: 'Actual Size',
    zoomIn: 'Zoom In',
    zoomOut: 'Zoom Out',
    fullScreen: 'Full Screen',
    reload: 'Reload',
    developerTools: 'Developer Tools',
    go: 'Go',
    window: 'Window',
    minimize: 'Minimize',
    zoom: 'Zoom',
    front: 'Bring All to Front',
    help: 'Help',
    showLog: 'Show the Log File',
  },
  page: {
    projects: 'Projects',
    data: 'Data',
    train: 'Train',
    synthesize: 'Synthesise',
    superResolution: 'Super-resolution',
    evidence: 'Evidence',
    latent: 'Latent space',
    view: 'View',
    study: 'Turing test',
    jobs: 'Jobs',
    settings: 'Settings',
  },
  dialog: {
    chooseProject: 'Open a project: choose its folder, NAME{suffix}',
    newProject: 'Where should the project be?',
    create: 'Create',
    scans: 'Scans',
    anyFile: 'All files',
  },
  closing: {
    question: { one: 'A job is still running.', other: '{count} jobs are still running or waiting.' },
    detail:
      'Keep it running: the window closes and Doppel ends when the work is done. Start Doppel again at any time to see ' +
      'the work or to stop it.\n\nStop: a training keeps a checkpoint and can be resumed later.',
    background: 'Keep running in the background',
    stop: 'Stop and keep a checkpoint',
    stay: 'Cancel',
  },
  /** Closing while a reader judges the scans of a study. */
  reading: {
    question: 'Stop reading and close Doppel?',
    detail: 'Every answer given so far is kept. Open the study again to go on with the same scan.',
    stay: 'Go on reading',
    leave: 'Stop and close',
  },
  /** A job that ended while no window was open; the text below names its project. */
  ended: {
    succeeded: 'A job is done',
    failed: 'A job failed',
    interrupted: 'A job was interrupted',
  },
} as const;
