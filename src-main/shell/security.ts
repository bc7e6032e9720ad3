/**
 * What the window may not do, after Electron's security checklist (electronjs.org/docs/latest/tutorial/security): leave
 * the interface, open other windows, hold permissions, load anything from a network or from disk past the protocols.
 */
import type { App, Session, WebFrameMain } from 'electron';
import { uiOrigin } from './appProtocol.ts';

/** The one thing asked for: to copy the details of an error. Reading the clipboard is another permission. */
const permitted: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** Whatever is asked for over another scheme is cancelled. `devtools:` is there in development alone. */
const allowedSchemes: ReadonlySet<string> = new Set(['app:', 'volume:', 'blob:', 'data:', 'devtools:']);

function isInterface(url: string): boolean {
  return url.startsWith(`${uiOrigin}/`);
}

/** Only the top frame of a page of ours may ask for something. */
export function isTrustedSender(frame: Pick<WebFrameMain, 'url' | 'parent'> | null | undefined): boolean {
  return frame?.parent === null && isInterface(frame.url);
}

/** Call it before the application is ready. */
export function lockDown(app: App): void {
  // Chromium refuses its sandbox to root, who must say --no-sandbox: only test machines do.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => {
      if (!isInterface(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      if (!isInterface(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}

export function lockSession(session: Session): void {
  const isPermitted = (permission: string, url: string): boolean => permitted.has(permission) && isInterface(url);
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(isPermitted(permission, details.requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) =>
    isPermitted(permission, `${origin.replace(/\/$/, '')}/`),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url, frame, webContents }, answer) => {
    const { protocol } = new URL(url);
    // Chromium checks origins for the network alone: that volumes are for the interface is checked here.
    const asking = frame?.url ?? webContents?.getURL();
    const isForeign = protocol === 'volume:' && asking !== undefined && !isInterface(asking);
    answer({ cancel: isForeign || !allowedSchemes.has(protocol) });
  });
}
