/**
 * `volume://<projectId>/<kind>/<id>`: the bytes of a file that a row of an open project names, for the interface alone.
 * Addresses carry ids, never paths: the backend says where the file is.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Protocol } from 'electron';
import { z } from 'zod';
import type { Reply } from '#contract/commands.ts';
import { uiOrigin } from './appProtocol.ts';
import type { ReadingMode } from './readingMode.ts';

export type Locate = (input: { projectId: string; kind: string; id: string }) => Promise<Reply<unknown>>;

const located = z.object({ path: z.string() });
const chunkBytes = 1 << 20;

const headers = {
  'Access-Control-Allow-Origin': uiOrigin,
  'Cross-Origin-Resource-Policy': 'cross-origin', // pictures in the page, under its embedder policy
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store', // files are near, and a kept copy of each volume would fill the disk
} as const;

const types: readonly (readonly [string, string])[] = [
  ['.png', 'image/png'],
  ['.gif', 'image/gif'],
  ['.json', 'application/json'],
  ['.html', 'text/plain; charset=utf-8'], // a report is read, never run
];

function refuse(status: number, words: string): Response {
  return new Response(words, { status, headers });
}

export function serveVolumes(protocol: Protocol, reading: ReadingMode, locate: Locate): void {
  protocol.handle('volume', async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(403, 'Files are read-only.');
    const url = new URL(request.url);
    try {
      const [, kind, id, ...rest] = url.pathname.split('/').map(decodeURIComponent);
      if (kind === undefined || id === undefined || rest.length > 0)
        return refuse(404, 'An address is PROJECT/KIND/ID.');
      if (!reading.allowsFile(kind)) return refuse(403, 'A reader is at work.');
      const reply = await locate({ projectId: url.host, kind, id });
      if (!reply.ok) return refuse(404, reply.error.message);
      const { path } = located.parse(reply.value);
      const { size } = await stat(path);
      const type = types.find(([suffix]) => path.endsWith(suffix))?.[1] ?? 'application/octet-stream';
      const body = Readable.toWeb(createReadStream(path, { highWaterMark: chunkBytes }));
      return new Response(body, {
        headers: { ...headers, 'Content-Type': type, 'Content-Length': String(size) },
      });
    } catch {
      return refuse(404, 'There is no such file.');
    }
  });
}
