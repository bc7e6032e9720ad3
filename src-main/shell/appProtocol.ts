/** `app://ui/…`: the built interface, from its own folder alone, with the headers that keep it on its own. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { Protocol } from 'electron';

export const uiOrigin = 'app://ui';

/** No code but our own files, no remote thing at all; style attributes are what components position themselves with. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data: blob: volume:",
  "font-src 'self'",
  "connect-src 'self' blob: volume:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** COOP and COEP: no other page shares the process, and SharedArrayBuffer is there for workers. */
const headers = {
  'Content-Security-Policy': policy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
} as const;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

function refuse(status: number, words: string): Response {
  return new Response(words, { status, headers });
}

export function serveInterface(protocol: Protocol, folder: string): void {
  protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    if (url.host !== 'ui') return refuse(404, 'There is nothing here.');
    try {
      const file = normalize(join(folder, decodeURIComponent(url.pathname)));
      if (!file.startsWith(folder + sep)) return refuse(403, 'Outside of the interface.');
      return new Response(await readFile(file), {
        headers: { ...headers, 'Content-Type': types[extname(file)] ?? 'application/octet-stream' },
      });
    } catch {
      return refuse(404, 'There is no such file.');
    }
  });
}
