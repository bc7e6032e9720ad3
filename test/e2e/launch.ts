/** Starts the real application under test, on a screen and with user data of its own. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { buildWindow } from '../../scripts/setup/buildWindow.mjs';
import { provideElectron } from '../../scripts/setup/testElectron.mjs';
import { openDisplay } from './display.ts';

const root = join(import.meta.dirname, '..', '..');
const screenshots = join(root, 'docs', 'screenshots');
const startLimitMs = 60_000;

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
  close(): Promise<void>;
}

/** Builds the window first if a source has changed. The caller closes what this returns. */
export async function launchDoppel({ userData, environment }: LaunchOptions = {}): Promise<Doppel> {
  const say = (): void => undefined;
  await buildWindow({ root, say });
  const { executable } = await provideElectron({ root, mayFetch: false, say });
  const data = userData ?? mkdtempSync(join(tmpdir(), 'doppel-window-'));
  const display = await openDisplay();
  const end = (): void => {
    display.close();
    if (userData === undefined) rmSync(data, { recursive: true, force: true });
  };
  try {
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []; // Chromium refuses its sandbox to root
    const app = await _electron.launch({
      executablePath: executable,
      args: [...asRoot, `--user-data-dir=${data}`, root],
      env: { ...plainEnvironment(), ...environment, DISPLAY: display.name },
      timeout: startLimitMs,
    });
    const said: string[] = [];
    const page = await app.firstWindow();
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(`error: ${error.message}`));
    await page.waitForLoadState('load');
    return {
      app,
      page,
      console: said,
      screenshot: async (name) => {
        mkdirSync(screenshots, { recursive: true });
        await page.screenshot({ path: join(screenshots, `${name}.png`) });
      },
      close: async () => {
        try {
          await app.close();
        } finally {
          end();
        }
      },
    };
  } catch (thrown) {
    end();
    throw thrown;
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
