/** Line drawings on 20 × 20, as SVG path data: stroked, never filled. */
export const icons = {
  projects: 'M3 5.5h5l1.5 2H17v8.5H3z',
  data: 'M3.5 3.5h5v5h-5zM11.5 3.5h5v5h-5zM3.5 11.5h5v5h-5zM11.5 11.5h5v5h-5z',
  train: 'M3 3v14h14M5.5 6c1 6 3.5 8 11 8.5',
  synthesize:
    'M10 2.5v3M10 14.5v3M2.5 10h3M14.5 10h3M4.7 4.7l2.1 2.1M13.2 13.2l2.1 2.1M4.7 15.3l2.1-2.1M13.2 6.8l2.1-2.1',
  superResolution: 'M3 3h6v6H3zM12 3h2v2h-2zM15.5 3h2v2h-2zM12 6.5h2v2h-2zM15.5 6.5h2v2h-2zM3 12h14M3 15h14M3 18h14',
  evidence: 'M10 2.5l6 2v5c0 4-2.5 6.6-6 8-3.5-1.4-6-4-6-8v-5zM7 9.8l2.2 2.2L13 8',
  latent: 'M2.5 14.5c3 0 3.5-9 7.5-9s4.5 9 7.5 9M10 3v14M12.5 12.5h4M15 10.8l1.7 1.7-1.7 1.7',
  view: 'M3 3h14v14H3zM10 3v14M3 10h14',
  study: 'M3 4.5h6v8H3zM11 4.5h6v8h-6zM4.5 16h3M12.5 16h3M14 7v1.2M14 10v.1',
  jobs: 'M3.5 5h2M8 5h8.5M3.5 10h2M8 10h8.5M3.5 15h2M8 15h8.5',
  settings: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4',
  add: 'M10 4v12M4 10h12',
  close: 'M5 5l10 10M15 5L5 15',
  copy: 'M7 7h9.5v9.5H7zM4 13H3.5V3.5H13V4',
  down: 'M5.5 8l4.5 4.5L14.5 8',
  check: 'M4 10.5l4 4 8-9',
  flag: 'M5 17.5v-15M5 3.5h10l-2.5 3.5 2.5 3.5H5',
  warning: 'M10 3l7.5 13.5h-15zM10 8.5v4M10 14.2v.6',
  error: 'M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4zM10 6v5M10 13.4v.6',
} as const;
