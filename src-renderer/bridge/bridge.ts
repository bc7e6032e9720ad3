/** The only code that touches `window.bridge`: calls, events, addresses of files. */
import type { CommandInput, CommandName, CommandResult, Reply } from '#contract/commands.ts';
import { AppError, type ErrorShape } from '#contract/errors.ts';
import type { BackendEvent } from '#contract/events.ts';
import type { FileKind, PageName, ShellCommandName, ShellInput, ShellResult } from '#contract/shell.ts';
import { onScopeDispose } from 'vue';

/** What is told about the backend process itself. */
export interface BackendState {
  readonly state: 'starting' | 'running' | 'restarting' | 'failed';
  readonly error: ErrorShape | null;
}

type Told = { event: BackendEvent } | { backend: BackendState } | { page: PageName };

interface Bridge {
  call(name: string, input: unknown): Promise<Reply<unknown>>;
  /** Told of every backend event, of the backend's own state, of pages asked for; returns how to stop listening. */
  listen(listener: (message: Told) => void): () => void;
  /** The path of a file or folder the user dropped on the window. */
  droppedPath(file: File): string;
}

declare global {
  interface Window {
    readonly bridge: Bridge;
  }
}

async function callAny(name: string, input: unknown): Promise<unknown> {
  const reply = await window.bridge.call(name, input);
  if (!reply.ok) throw new AppError(reply.error.code, reply.error.message);
  return reply.value;
}

/** Asks the backend; throws AppError with its words. */
export function call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandResult<Name>> {
  return callAny(name, input) as Promise<CommandResult<Name>>;
}

/** Asks the desktop shell; throws AppError with its words. */
export function callShell<Name extends ShellCommandName>(
  name: Name,
  input: ShellInput<Name>,
): Promise<ShellResult<Name>> {
  return callAny(name, input) as Promise<ShellResult<Name>>;
}

/** Told of backend events while the calling component lives. */
export function useEvent(listener: (event: BackendEvent) => void): void {
  onScopeDispose(
    window.bridge.listen((message) => {
      if ('event' in message) listener(message.event);
    }),
  );
}

/** Told of the backend process itself while the calling component lives. */
export function useBackendState(listener: (state: BackendState) => void): void {
  onScopeDispose(
    window.bridge.listen((message) => {
      if ('backend' in message) listener(message.backend);
    }),
  );
}

/** Told of the pages that the user asks for in the menu while the calling component lives. */
export function usePageAsked(listener: (page: PageName) => void): void {
  onScopeDispose(
    window.bridge.listen((message) => {
      if ('page' in message) listener(message.page);
    }),
  );
}

/** The address of a file of an open project: voxels, label maps, thumbnails (PNG), artifacts. */
export function fileUrl(projectId: string, kind: FileKind, id: string): string {
  return `volume://${projectId}/${kind}/${id}`;
}

export function droppedPath(file: File): string {
  return window.bridge.droppedPath(file);
}
