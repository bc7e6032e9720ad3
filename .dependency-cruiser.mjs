/**
 * Which folder may import what; everything that is not listed is forbidden. ARCHITECTURE.md shows the same table, and
 * test/house/layers.test.ts holds the two together.
 */
export const layers = {
  'src-shared': { folders: [], packages: ['ml-matrix', 'zod'], node: false },
  models: { folders: ['src-shared'], packages: ['@tensorflow/tfjs', 'zod'], node: false },
  'src-main/imaging': {
    folders: ['src-shared'],
    packages: [
      '@itk-wasm/elastix',
      '@niivue/dcm2niix',
      'dicom-parser',
      'fast-png',
      'gifenc',
      'itk-wasm',
      'nifti-reader-js',
    ],
    node: true,
  },
  'src-main/worker': {
    folders: ['src-shared', 'models', 'src-main/imaging'],
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-node-gpu', 'pickleparser', 'yauzl', 'yazl', 'zod'],
    node: true,
  },
  'src-main/backend': {
    folders: ['src-shared', 'models/registry.ts'],
    packages: ['better-sqlite3', 'csv-parse', 'csv-stringify', 'zod'],
    node: true,
  },
  'src-main/cli': {
    folders: ['src-shared', 'src-main/backend'],
    packages: ['commander', 'cli-progress', 'zod'],
    node: true,
  },
  'src-main/shell': { folders: ['src-shared'], packages: ['electron', 'zod'], node: true },
  'src-renderer': {
    folders: ['src-shared'],
    packages: ['@fontsource-variable/inter', 'element-plus', 'pinia', 'vue', 'vue-i18n', 'vue-router'],
    node: false,
  },
  'src-renderer/bridge': { folders: ['src-shared'], packages: ['pinia', 'vue', 'zod'], node: false },
  'src-renderer/ui': { folders: [], packages: ['element-plus', 'vue', 'vue-i18n'], node: false },
  'src-renderer/viewer': {
    folders: ['src-shared', 'src-renderer/bridge', 'src-renderer/ui'],
    packages: ['@cornerstonejs/core', 'element-plus', 'nifti-reader-js', 'vue', 'vue-i18n'],
    node: false,
  },
  'src-renderer/features': {
    folders: ['src-shared', 'src-renderer/bridge', 'src-renderer/ui', 'src-renderer/viewer'],
    packages: ['element-plus', 'pinia', 'uplot', 'vue', 'vue-i18n', 'vue-router', 'zod'],
    node: false,
  },
};

/** Packages that one place alone may import. */
export const owners = {
  'better-sqlite3': 'src-main/backend/store/',
  'ml-matrix': 'src-shared/statistics/',
  '@cornerstonejs/core': 'src-renderer/viewer/',
  '@niivue/dcm2niix': 'src-main/imaging/dicom/',
  'dicom-parser': 'src-main/imaging/dicom/',
  electron: 'src-main/shell/',
  '@itk-wasm/elastix': 'src-main/imaging/align/',
  '@tensorflow/tfjs-node-gpu': 'src-main/worker/tensorflow.ts',
};

const ours = '^(src-shared|models|src-main|src-renderer|scripts|test)/';
const escape = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const inside = (place) => (place.endsWith('.ts') ? `^${escape(place)}$` : `^${place.replace(/\/$/, '')}/`);
/** A layer's own files: what lies in a layer inside it has rules of its own. */
const filesOf = (layer) => ({
  path: inside(layer),
  pathNot: Object.keys(layers)
    .filter((other) => other.startsWith(`${layer}/`))
    .map(inside),
});
const ofPackage = (name) => `(^|node_modules/)(@types/)?${escape(name)}(/|$)`;

export default {
  forbidden: [
    ...Object.entries(layers).flatMap(([layer, { folders, packages, node }]) => [
      {
        name: `folders of ${layer}`,
        comment: `${layer} may import from ${['itself', ...folders].join(', ')}`,
        severity: 'error',
        from: filesOf(layer),
        to: { path: ours, pathNot: [layer, ...folders].map(inside) },
      },
      {
        name: `packages of ${layer}`,
        comment: `${layer} may import the packages ${packages.join(', ')}`,
        severity: 'error',
        from: filesOf(layer),
        to: { pathNot: [ours, '^package\\.json$', ...packages.map(ofPackage)], dependencyTypesNot: ['core'] },
      },
      ...(node
        ? []
        : [
            {
              name: `no Node in ${layer}`,
              comment: `${layer} is pure: it runs in a window too`,
              severity: 'error',
              from: filesOf(layer),
              to: { dependencyTypes: ['core'] },
            },
          ]),
    ]),
    ...Object.entries(owners).map(([name, owner]) => ({
      name: `owner of ${name}`,
      comment: `only ${owner} may import ${name}`,
      severity: 'error',
      from: { path: ours, pathNot: [inside(owner), '^test/', '^scripts/'] },
      to: { path: ofPackage(name) },
    })),
    {
      name: 'models load lazily in the backend',
      comment: 'a backend that only lists projects must not load a tensor library',
      severity: 'error',
      from: { path: '^src-main/backend/' },
      to: { path: '^models/', dependencyTypesNot: ['type-only', 'type-import', 'dynamic-import'] },
    },
    {
      name: 'the worker processes stand alone',
      comment: 'a worker is started as a process, never imported',
      severity: 'error',
      from: { path: '^src-main/(backend|cli)/' },
      to: { path: '^src-main/worker/' },
    },
    {
      name: 'features are islands',
      comment: 'what two features need belongs in bridge or ui',
      severity: 'error',
      from: { path: '^src-renderer/features/([^/]+)/' },
      to: { path: '^src-renderer/features/', pathNot: '^src-renderer/features/$1/' },
    },
    { name: 'no cycles', comment: 'also not through types', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
