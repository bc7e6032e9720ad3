/** The end of what a job's process printed. */
import { open } from 'node:fs/promises';

/** More than a person reads; a log grows for days. */
const mostBytes = 64 * 1024;

/** '' while the job has printed nothing. Starts at the beginning of a line. */
export async function readLogEnd(path: string): Promise<string> {
  const file = await open(path, 'r').catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  });
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - mostBytes);
    const bytes = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    const text = bytes.toString('utf8', 0, bytesRead);
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}
