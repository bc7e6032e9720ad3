/** How this copy of Doppel is mended: a checkout by its set-up, a package (whose package.json says so) by another one. */
import manifest from '../package.json' with { type: 'json' };

export const isPackaged = 'packaged' in manifest;

/** Completes "… : …", as an imperative. */
export const mending = isPackaged
  ? {
      installation: 'install Doppel again',
      gpu: 'install the Doppel whose name says gpu; if this is it',
    }
  : {
      installation: 'run `npm run setup`',
      gpu: 'run `npm run setup -- --engine gpu`; if that was done',
    };
