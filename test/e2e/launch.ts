/**
 * Starts the real application under test, on a screen and with user data of its own. Playwright starts Electron itself,
 * so that it holds the application's `ready` back until it is attached: else the window may come before it listens.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { buildWindow } from '../../scripts/setup/buildWindow.mjs';
import { provideElectron } from '../../scripts/setup/testElectron.mjs';
import { openDisplay } from './display.ts';

const root = join(import.meta.dirname, '..', '..');
const screenshots = join(root, 'docs', 'screenshots');
/** A window is there within a second, within three on a busy machine: who takes longer than this hangs. */
const startLimitMs = 20_000;
const attempts = 3;

export interface LaunchOptions {
  /** The folder of settings and logs, to be kept and opened again; a new one, removed at the end, if not given. */
  readonly userData?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Doppel {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Everything the window has put on its console so far: an error there is a fault. */
  readonly console: readonly string[];
  /** Writes docs/screenshots/NAME.png. */
  screenshot(name: string): Promise<void>;
  /** Starts it a second time, as its user would; gives the exit code of that one, which leaves the work to the first. */
  startAgain(): Promise<number | null>;
  close(): Promise<void>;
}

/** Builds the window first if a source has changed. The caller closes what this returns. */
export async function launchDoppel({ userData, environment = {} }: LaunchOptions = {}): Promise<Doppel> {
  const say = (): void => undefined;
  await buildWindow({ root, say });
  const { executable, isOfficial } = await provideElectron({ root, mayFetch: false, say });
  // What the package `electron` itself goes by.
  if (!isOfficial) process.env.ELECTRON_OVERRIDE_DIST_PATH = dirname(executable);
  for (let attempt = 1; ; attempt++) {
    const data = userData ?? mkdtempSync(join(tmpdir(), 'doppel-window-'));
    try {
      return await launchOnce({ data, keepsData: userData !== undefined, environment });
    } catch (thrown) {
      if (attempt === attempts) throw thrown;
      const words = thrown instanceof Error ? thrown.message : String(thrown);
      console.warn(`Doppel's window did not open (attempt ${String(attempt)} of ${String(attempts)}); again: ${words}`);
    }
  }
}

interface Attempt {
  readonly data: string;
  readonly keepsData: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** What fails leaves neither a process nor a screen behind. */
async function launchOnce({ data, keepsData, environment }: Attempt): Promise<Doppel> {
  const display = await openDisplay();
  const end = (): void => {
    display.close();
    if (!keepsData) rmSync(data, { recursive: true, force: true });
  };
  let app: ElectronApplication | undefined;
  try {
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []; // Chromium refuses its sandbox to root
    const env = { ...plainEnvironment(), ...environment, DISPLAY: display.name };
    // On a screen without a GPU Chromium tries one, fails, and starts a second GPU process; WebGL 2 comes from
    // SwiftShader either way. With this it starts the right one at once, and a machine with a GPU draws the same.
    const args = [...asRoot, '--disable-gpu', `--user-data-dir=${data}`, root];
    app = await _electron.launch({ args, env, chromiumSandbox: true, timeout: startLimitMs });
    const said: string[] = [];
    const page = await app.firstWindow({ timeout: startLimitMs });
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(`error: ${error.message}`));
    await page.waitForLoadState('load', { timeout: startLimitMs });
    const started = app;
    return {
      app: started,
      page,
      console: said,
      screenshot: async (name) => {
        mkdirSync(screenshots, { recursive: true });
        await page.screenshot({ path: join(screenshots, `${name}.png`) });
      },
      startAgain: () =>
        new Promise((resolve, reject) => {
          const again = spawn(started.process().spawnfile, args, { env, stdio: 'ignore' });
          again.once('error', reject);
          again.once('exit', resolve);
        }),
      close: async () => {
        try {
          await started.close();
        } finally {
          end();
        }
      },
    };
  } catch (thrown) {
    if (app !== undefined) killTree(app);
    end();
    throw thrown;
  }
}

/** Electron leads a group of processes, which its end may leave behind when it is itself at fault. */
function killTree(app: ElectronApplication): void {
  const { pid } = app.process();
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

/** The environment without the variables that a test runner sets for itself. */
function plainEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(VITEST|NODE_OPTIONS|NODE_ENV$|ELECTRON_)/.test(entry[0]),
  );
  return Object.fromEntries(entries);
}
