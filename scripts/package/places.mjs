/** Where electron-builder puts the parts of an unpacked application, by system. */
import { join } from 'node:path';

const arch = process.arch === 'x64' ? '' : `-${process.arch}`;

/** @param {string} output electron-builder's output folder */
export function placesIn(output) {
  switch (process.platform) {
    case 'darwin': {
      const folder = join(output, `mac${arch}`);
      const contents = join(folder, 'Doppel.app', 'Contents');
      return { folder, executable: join(contents, 'MacOS', 'Doppel'), resources: join(contents, 'Resources') };
    }
    case 'win32': {
      const folder = join(output, `win${arch}-unpacked`);
      return { folder, executable: join(folder, 'Doppel.exe'), resources: join(folder, 'resources') };
    }
    default: {
      const folder = join(output, `linux${arch}-unpacked`);
      return { folder, executable: join(folder, 'doppel-desktop'), resources: join(folder, 'resources') };
    }
  }
}
