/**
 * Starts a program of the packaged application where nothing but the package can help it: no network, the package
 * read-only at another place, the checkout and the user's caches hidden, no program on the path, and, when root runs the
 * tests, as a user who owns nothing. Where the system allows no namespaces (some containers), only the path and the
 * caches are taken away.
 */
import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const isRoot = process.getuid?.() === 0;
const namespaces = ['--net', '--mount', ...(isRoot ? [] : ['--map-root-user'])];
const nobody = '65534';

const isCutOff = spawnSync('unshare', [...namespaces, 'true']).status === 0;

export interface CutOffProgram {
  /** The packaged application, and the program's path in it. */
  readonly application: string;
  readonly program: string;
  readonly args: readonly string[];
  /** A folder for everything that it writes; made, and opened to its user. */
  readonly home: string;
  readonly display?: string;
  /** Folders that are to be out of its sight. */
  readonly hidden: readonly string[];
  readonly stdio: StdioOptions;
}

/** The package, seen from inside, lies in `home`/installed. */
export function spawnCutOff({ application, program, args, home, display, hidden, stdio }: CutOffProgram): ChildProcess {
  const installed = join(home, 'installed');
  const folders = [installed, join(home, 'cache'), join(home, 'tmp')];
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  for (const folder of [home, ...folders]) chmodSync(folder, 0o777);
  const environment = {
    HOME: home,
    PATH: '/nonexistent',
    TMPDIR: join(home, 'tmp'),
    XDG_CACHE_HOME: join(home, 'cache'),
    ...(display === undefined ? {} : { DISPLAY: display }),
  };
  if (!isCutOff) return spawn(join(application, program), [...args], { cwd: home, env: environment, stdio });
  const steps = [
    `mount --bind ${quoted(application)} ${quoted(installed)}`,
    `mount -o remount,bind,ro ${quoted(installed)}`,
    ...hidden.map((folder) => `mount -t tmpfs tmpfs ${quoted(folder)}`),
    // The new user comes before the environment: its programs are looked for on the path.
    `exec ${isRoot ? `setpriv --reuid=${nobody} --regid=${nobody} --clear-groups ` : ''}env -i "$@"`,
  ];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return spawn(
    'unshare',
    [...namespaces, 'sh', '-ec', steps.join('\n'), 'sh', ...variables, join(installed, program), ...args],
    { cwd: home, stdio },
  );
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
