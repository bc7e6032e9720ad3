/** What the window's tests ask of the page: calls over the real bridge. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { CommandInput, CommandName, CommandResult, Reply } from '#contract/commands.ts';
import type { ShellCommandName, ShellInput, ShellResult } from '#contract/shell.ts';
import { launchDoppel, type Doppel, type LaunchOptions } from './launch.ts';

interface PageBridge {
  call(name: string, input: unknown): Promise<Reply<unknown>>;
  listen(listener: (message: unknown) => void): () => void;
}
declare global {
  interface Window {
    readonly bridge: PageBridge;
  }
}

/** Asks as the page would, and gives the whole reply. */
export function ask(page: Page, name: string, input: unknown): Promise<Reply<unknown>> {
  return page.evaluate(([asked, given]) => window.bridge.call(asked, given), [name, input] as const);
}

/** The result; throws when the reply is an error. */
export async function call<Name extends CommandName>(
  page: Page,
  name: Name,
  input: CommandInput<Name>,
): Promise<CommandResult<Name>> {
  const reply = await ask(page, name, input);
  if (!reply.ok) throw new Error(`${name}: ${reply.error.code}: ${reply.error.message}`);
  return reply.value as CommandResult<Name>;
}

export async function callShell<Name extends ShellCommandName>(
  page: Page,
  name: Name,
  input: ShellInput<Name>,
): Promise<ShellResult<Name>> {
  const reply = await ask(page, name, input);
  if (!reply.ok) throw new Error(`${name}: ${reply.error.code}: ${reply.error.message}`);
  return reply.value as ShellResult<Name>;
}

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'doppel-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface OpenDoppel extends Doppel {
  readonly pid: number;
  readonly userData: string;
}

/** Ends with the test; the folder of its user data, a new one if not given, outlives the window until then. */
export async function openDoppel({
  userData = temporaryFolder(),
  ...options
}: LaunchOptions = {}): Promise<OpenDoppel> {
  const doppel = await launchDoppel({ userData, ...options });
  onTestFinished(() => doppel.close().catch(() => undefined)); // some tests end it themselves
  const { pid } = doppel.app.process();
  if (pid === undefined) throw new Error('Electron has no process number.');
  return { ...doppel, pid, userData };
}
