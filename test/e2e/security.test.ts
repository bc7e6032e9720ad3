/** Electron's security checklist, tried from within the real window. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchDoppel, type Doppel } from './launch.ts';

let doppel: Doppel;
beforeAll(async () => {
  doppel = await launchDoppel();
});
afterAll(() => doppel.close());

test('the page comes with a policy that allows its own files alone, and has a process to itself', async () => {
  const found = await doppel.page.evaluate(async () => {
    const { headers } = await fetch('app://ui/index.html');
    return {
      policy: headers.get('content-security-policy') ?? '',
      opener: headers.get('cross-origin-opener-policy'),
      embedder: headers.get('cross-origin-embedder-policy'),
      isolated: crossOriginIsolated,
    };
  });
  expect(found).toMatchObject({ opener: 'same-origin', embedder: 'require-corp', isolated: true });
  const rules = found.policy.split('; ');
  expect(rules).toEqual(
    expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-src 'none'"]),
  );
  expect(found.policy).not.toMatch(/unsafe-eval|https?:|\*/);
});

test('text does not become code: eval, inline scripts and handlers are blocked', async () => {
  const { page } = doppel;
  const evaluated = await page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve)); // what the debugger itself evaluates may use eval
    try {
      const run = window.eval as (text: string) => unknown;
      return run('"ran"');
    } catch (thrown) {
      return (thrown as Error).name;
    }
  });
  expect(evaluated).toBe('EvalError');
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.ranInline = true';
    document.body.append(script);
    const box = document.createElement('div');
    box.innerHTML = '<img src="nothing" onerror="window.ranHandler = true">';
    document.body.append(box);
    await new Promise((resolve) => setTimeout(resolve, 200));
    script.remove();
    box.remove();
    return ['ranInline' in window, 'ranHandler' in window];
  });
  expect(ran).toEqual([false, false]);
});

test('nothing remote is loaded: scripts, pictures, requests, frames', async () => {
  const outcome = await doppel.page.evaluate(async () => {
    const blocked: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective));
    const add = (name: 'script' | 'img' | 'iframe'): void => {
      const element = document.createElement(name);
      element.src = 'https://example.org/x';
      document.body.append(element);
      setTimeout(() => element.remove(), 400);
    };
    add('script');
    add('img');
    add('iframe');
    const request = await fetch('https://example.org/').then(
      () => 'answered',
      () => 'refused',
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { blocked: blocked.sort(), request };
  });
  expect(outcome).toEqual({ blocked: ['connect-src', 'frame-src', 'img-src', 'script-src-elem'], request: 'refused' });
});

test.each(['http://127.0.0.1:9/', 'https://127.0.0.1:9/', 'ftp://127.0.0.1:9/', 'other://x/'])(
  'the session itself cancels what goes to %s',
  async (address) => {
    const outcome = await doppel.app.evaluate(
      ({ net }, url) =>
        net.fetch(url).then(
          () => 'answered',
          (error: unknown) => String(error),
        ),
      address,
    );
    expect(outcome).toContain('ERR_BLOCKED_BY_CLIENT');
  },
);

test('a web socket is cancelled, and a web view is an element like any other', async () => {
  const found = await doppel.page.evaluate(async () => {
    const socket = await new Promise((resolve) => {
      try {
        const attempt = new WebSocket('ws://127.0.0.1:9/');
        attempt.onopen = () => resolve('open');
        attempt.onerror = () => resolve('refused');
      } catch {
        resolve('refused');
      }
    });
    const view = document.createElement('webview');
    view.setAttribute('src', 'https://example.org/');
    view.setAttribute('allowpopups', '');
    document.body.append(view);
    const powers = ['loadURL', 'executeJavaScript', 'getWebContentsId'].filter((name) => name in view);
    view.remove();
    return { socket, powers };
  });
  expect(found).toEqual({ socket: 'refused', powers: [] });
  expect(await doppel.app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
});

test.each([
  'https://example.org/',
  'file:///etc/passwd',
  'data:text/html,x',
  'volume://a/volume/b',
  'app://other/index.html',
])('the window does not go to %s', async (address) => {
  const { page } = doppel;
  await page.evaluate((url) => {
    const link = document.createElement('a');
    link.href = url;
    document.body.append(link);
    link.click();
    link.remove();
    window.location.href = url;
  }, address);
  await page.waitForTimeout(300);
  expect(page.url()).toMatch(/^app:\/\/ui\//);
  expect(await page.evaluate(() => document.title)).toBe('Doppel');
});

test('no second window opens', async () => {
  const opened = await doppel.page.evaluate(() => [
    window.open('https://example.org/'),
    window.open('app://ui/index.html'),
    window.open('about:blank'),
  ]);
  expect(opened).toEqual([null, null, null]);
  expect(await doppel.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('permissions are refused, but for copying text', async () => {
  const found = await doppel.page.evaluate(async () => {
    const refused = (promise: Promise<unknown>): Promise<string> =>
      promise.then(
        () => 'granted',
        () => 'refused',
      );
    const query = async (name: string): Promise<string> =>
      (await navigator.permissions.query({ name: name as PermissionName })).state;
    type Asking = Record<'requestDevice' | 'requestPort', (options?: object) => Promise<unknown>>;
    const { usb, hid, serial } = navigator as unknown as Record<'usb' | 'hid' | 'serial', Asking>;
    return {
      notifications: await Notification.requestPermission(),
      camera: await refused(navigator.mediaDevices.getUserMedia({ video: true })),
      screen: await refused(navigator.mediaDevices.getDisplayMedia({ video: true })),
      geolocation: await query('geolocation'),
      midi: await query('midi'),
      devices: await Promise.all([
        refused(usb.requestDevice({ filters: [] })),
        hid.requestDevice({ filters: [] }),
        refused(serial.requestPort()),
      ]),
      readClipboard: await refused(navigator.clipboard.readText()),
      writeClipboard: await query('clipboard-write'),
    };
  });
  expect(found).toEqual({
    notifications: 'denied',
    camera: 'refused',
    screen: 'refused',
    geolocation: 'denied',
    midi: 'denied',
    devices: ['refused', [], 'refused'],
    readClipboard: 'refused',
    writeClipboard: 'granted',
  });
});

test('the page has no Node, and of the shell three functions', async () => {
  const found = await doppel.page.evaluate(() => ({
    globals: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer'].filter((name) => name in window),
    bridge: Object.keys(window.bridge).sort(),
    bridgeIsFixed: !Reflect.set(window, 'bridge', null),
  }));
  expect(found).toEqual({ globals: [], bridge: ['call', 'droppedPath', 'listen'], bridgeIsFixed: true });
  const preferences = await doppel.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => {
      const found = (
        contents as unknown as { getLastWebPreferences(): Record<string, unknown> }
      ).getLastWebPreferences();
      const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = found;
      const asked = ['nodeIntegrationInWorker', 'nodeIntegrationInSubFrames', 'allowRunningInsecureContent'].concat([
        'experimentalFeatures',
        'enableBlinkFeatures',
        'plugins',
      ]);
      const risks = asked.filter((name) => found[name] !== undefined && found[name] !== false && found[name] !== '');
      return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag, risks };
    }),
  );
  expect(preferences).toEqual([
    { sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false, risks: [] },
  ]);
});

test('what the page hears carries nothing of Electron', async () => {
  const heard = doppel.page.evaluate(
    () =>
      new Promise((resolve) => {
        window.bridge.listen((...given: unknown[]) => resolve(given));
      }),
  );
  expect(await heard).toEqual([{ backend: { state: 'running', error: null } }]);
});

test('a page that is not ours gets no answer, even with the bridge in its hands', async () => {
  const answers = await doppel.app.evaluate(async ({ BrowserWindow, app }) => {
    const preload = `${app.getAppPath()}/out/preload/preload.cjs`;
    const stranger = new BrowserWindow({
      show: false,
      webPreferences: { preload, sandbox: true, contextIsolation: true },
    });
    await stranger.loadURL('data:text/html,<p>stranger');
    const asked: unknown = await stranger.webContents.executeJavaScript(
      `Promise.all([
        bridge.call('shell.settings', {}),
        bridge.call('model.list', {}),
        fetch('volume://x/volume/y').then((reply) => 'answered', () => 'refused'),
      ])`,
    );
    stranger.destroy();
    return asked;
  });
  const refusal = { ok: false, error: { code: 'usage', message: 'Only the interface of Doppel may call.' } };
  expect(answers).toEqual([refusal, refusal, 'refused']);
});

test('the interface serves its own folder alone', async () => {
  const statuses = await doppel.page.evaluate(async () => {
    const get = async (url: string): Promise<number | string> =>
      fetch(url).then(
        ({ status }) => status,
        () => 'refused',
      );
    return [
      await get('app://ui/%2e%2e/main/main.cjs'),
      await get('app://ui/..%2fmain%2fmain.cjs'),
      await get('app://ui/..%2f..%2fpackage.json'),
      await get('app://ui/%00'),
      await get('app://ui/%zz'),
      await get('app://ui/nothing.js'),
    ];
  });
  for (const status of statuses) expect([403, 404, 'refused']).toContain(status);
});
