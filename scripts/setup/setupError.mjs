/** What stands in the way of a set-up, in words that say what to install or do. */
export class SetupError extends Error {}

/** How a missing program is installed, by system; the texts end up after "Install it: ". */
const packagesFor = {
  python3: { debian: 'python3 python3-pip', fedora: 'python3 python3-pip', macos: 'xcode-select --install' },
  pip: { debian: 'python3-pip', fedora: 'python3-pip', macos: 'python3 -m ensurepip' },
  'g++': { debian: 'g++', fedora: 'gcc-c++', macos: 'xcode-select --install' },
};

/**
 * @param {keyof typeof packagesFor} program what is missing
 * @param {string} purpose what it is needed for, completing "… is needed to …"
 */
export function missingProgram(program, purpose) {
  const { debian, fedora, macos } = packagesFor[program];
  return new SetupError(
    `${program} is needed to ${purpose}, and it was not found. Install it and run this again:\n` +
      `  Debian, Ubuntu   sudo apt-get install ${debian}\n` +
      `  Fedora           sudo dnf install ${fedora}\n` +
      `  macOS            ${macos}`,
  );
}
