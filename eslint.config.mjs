/** The house rules that a linter can keep. */
import { defineConfig } from 'eslint/config';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: a default has no name to search for.',
};
const noBarrel = { selector: 'ExportAllDeclaration', message: 'Import from the file that has it: no barrels.' };

/** Kernels over voxels index typed arrays within bounds they have checked; `!` there says so and costs nothing. */
const voxelKernels = [
  'src-main/imaging/**/*.ts',
  'src-shared/volume/**/*.ts',
  'src-shared/statistics/**/*.ts',
  'src-renderer/viewer/**/*.ts',
];

export default defineConfig(
  { ignores: ['node_modules/', 'demo/', 'out/', 'dist/', 'test/fixtures/'] },
  {
    files: ['**/*.ts', '**/*.vue'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-restricted-syntax': ['error', noDefaultExport, noBarrel],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(\\.\\./)+(src-shared|src-main|imaging|worker|backend|cli)/',
              message: 'Between folders, use the # names.',
            },
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'argv', message: 'Only src-main/cli reads arguments.' },
        { object: 'shell', property: 'openExternal', message: 'Doppel opens nothing outside of itself.' },
        { object: 'shell', property: 'openPath', message: 'Doppel opens nothing outside of itself.' },
      ],
      eqeqeq: 'error',
      // `typeof import('…')` is the type of what is loaded when first needed.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Numbers are what this program talks about; their text is plain.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => dispose(x)` and `return act();` in a switch read well and hide nothing.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // It would write `!`, which is kept for voxel kernels.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // Objects here are made by functions and hold closures: their methods know no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      // An interface may be asynchronous where one implementation is not.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.vue'],
    extends: [vue.configs['flat/recommended']],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      'no-restricted-syntax': ['error', noBarrel], // a component is its file's default export by nature
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/no-unused-refs': 'error',
      'vue/no-mutating-props': ['error', { shallowOnly: true }], // refs passed in an object are there to be written
      'vue/no-v-html': 'error',
      'vue/enforce-style-attribute': ['error', { allow: ['scoped'] }],
      'vue/multi-word-component-names': ['error', { ignores: ['App'] }],
      // Optional properties here have defaults in the destructuring.
      'vue/require-default-prop': 'off',
      // How lines break is prettier's affair.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
    },
  },
  { files: voxelKernels, rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['src-main/cli/**/*.ts', 'scripts/**/*.ts', 'test/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['*.config.ts', 'src-renderer/vueFiles.d.ts'],
    rules: { 'no-restricted-syntax': 'off', '@typescript-eslint/no-deprecated': 'off' },
  }, // electron-vite and knip know the older name
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: { 'max-lines': ['error', { max: 400 }], eqeqeq: 'error' },
  },
);
