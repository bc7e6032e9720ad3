/** Builds the window: Electron's main process and preload as CommonJS, the interface for Chrome 114 and newer. */
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';

export default defineConfig({
  main: {
    build: {
      target: 'node18',
      outDir: 'out/main',
      externalizeDeps: false, // one file: the package needs no node_modules for the shell
      rollupOptions: {
        input: { main: 'src-main/shell/main.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  preload: {
    build: {
      target: 'node18',
      outDir: 'out/preload',
      externalizeDeps: false, // a sandboxed preload is one bundle
      rollupOptions: {
        input: { preload: 'src-main/shell/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [vue()],
    // Minified: the renderer of volumes is half as large, and the page is blocked half as long when it comes.
    build: {
      target: 'chrome114',
      outDir: 'out/renderer',
      minify: true,
      license: { fileName: 'licences.md' }, // of what is bundled; a package shows it
      rollupOptions: { input: 'src-renderer/index.html' },
    },
    worker: { format: 'es' },
  },
});
