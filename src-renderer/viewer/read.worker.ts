/** A worker for one file: what takes long at opening (reading, unpacking, turning, counting) leaves the page alone. */
import '#bridge/withoutEval.ts';
import { toErrorShape } from '#contract/errors.ts';
import { readLabels, readScan } from './readFile.ts';
import type { ReadReply, ReadRequest } from './reading.ts';

async function answer({ kind, source }: ReadRequest): Promise<ReadReply> {
  try {
    switch (kind) {
      case 'scan':
        return { kind, scan: await readScan(source) };
      case 'labels':
        return { kind, labels: await readLabels(source) };
    }
  } catch (thrown) {
    return { kind: 'failed', error: toErrorShape(thrown) };
  }
}

/** The voxels move to the page, they are not copied. */
function voxelsOf(reply: ReadReply): Transferable[] {
  switch (reply.kind) {
    case 'scan':
      return [reply.scan.volume.data.buffer as ArrayBuffer];
    case 'labels':
      return [reply.labels.volume.data.buffer as ArrayBuffer];
    case 'failed':
      return [];
  }
}

self.addEventListener('message', ({ data }: MessageEvent<ReadRequest>) => {
  void answer(data).then((reply) => self.postMessage(reply, { transfer: voxelsOf(reply) }));
});
