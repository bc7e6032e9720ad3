/**
 * Tests run in processes of their own: TensorFlow's library is loaded once a process and cannot be unloaded. Those of
 * the window come last, one after another: each has an application to itself and is timed by what it shows.
 */
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const window = 'test/e2e/**/*.test.ts';
const interfaceTests = ['test/renderer/**/*.test.ts', 'test/viewer/**/*.test.ts'];
const patience = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: [window, ...interfaceTests],
          maxWorkers: 2, // tests train networks, which use every core on their own
          ...patience,
          env: { TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [vue()],
        test: {
          name: 'interface',
          include: interfaceTests,
          environment: 'happy-dom',
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'window',
          include: [window],
          maxWorkers: 1,
          fileParallelism: false,
          ...patience,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
