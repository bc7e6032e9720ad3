/** Makes the application of what is staged, and installers of the application, with electron-builder and electron-builder.yml. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';

/** Fuses that old Electrons do not have, so that electron-builder.yml cannot name them; all are turned off. */
const lateFuses = ['GrantFileProtocolExtraPrivileges'];

/**
 * @param {object} options
 * @param {string} options.root
 * @param {'cpu' | 'gpu'} options.variant what goes in lies in dist/VARIANT/stage
 * @param {{executable: string, version: string}} options.electron
 * @param {readonly string[]} options.targets electron-builder's: `dir`, `tar.gz`, …
 * @param {string} [options.prepackaged] the unpacked application, for a target that is made of it
 * @param {'store' | 'normal'} [options.compression]
 * @returns {Promise<{files: string[], missingFuses: string[]}>} what was made, and what this Electron is too old for
 */
export async function build({ root, variant, electron, targets, prepackaged, compression = 'normal' }) {
  process.env.DOPPEL_ENGINE = variant; // electron-builder.yml reads it
  process.env.USE_HARD_LINKS = 'true'; // from the stage, whose files nobody else uses
  const { Arch, Platform, build: buildApplication } = await import('electron-builder');
  const wire = await getCurrentFuseWire(electron.executable);
  const known = lateFuses.filter((name) => FuseV1Options[name] in wire);
  const fuses = Object.fromEntries(known.map((name) => [FuseV1Options[name], false]));
  const files = await buildApplication({
    projectDir: root,
    targets: Platform.current().createTarget([...targets], Arch[process.arch]),
    publish: 'never',
    ...(prepackaged === undefined ? {} : { prepackaged }),
    config: {
      compression,
      electronDist: dirname(electron.executable),
      electronVersion: electron.version,
      // The Electron that tests use has an application there, which starts any folder.
      afterExtract: ({ appOutDir }) => rmSync(join(appOutDir, 'resources', 'app'), { recursive: true, force: true }),
      afterPack: (context) => context.packager.addElectronFuses(context, { version: FuseVersion.V1, ...fuses }),
    },
  });
  return { files, missingFuses: lateFuses.filter((name) => !known.includes(name)) };
}
