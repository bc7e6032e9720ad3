export const en = {
  name: 'Doppel',
  pages: 'Pages',
  noProject: 'No project open',
  needsProject: '{page}: open a project first',
  backend: {
    starting: 'Starting the backend…',
    restarting: 'The backend stopped and is being started again.',
    failed: 'The backend does not start. Your projects are untouched.',
    retry: 'Start it again',
  },
};
