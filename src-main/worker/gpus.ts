/** The NVIDIA GPUs of this machine, as the driver's own program tells them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Gpu {
  readonly name: string;
  readonly memoryBytes: number;
}

const query = ['--query-gpu=index,uuid,name,memory.total', '--format=csv,noheader,nounits'];
const bytesPerMebibyte = 2 ** 20;

/** In the driver's order, those that CUDA_VISIBLE_DEVICES leaves visible; none where there is no driver. */
export async function findGpus(): Promise<readonly Gpu[]> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: 10_000 });
    return parseGpus(stdout, process.env['CUDA_VISIBLE_DEVICES']);
  } catch {
    return []; // no driver, or one that does not answer: the engine then reports what it sees itself
  }
}

/** `table` has the lines `index, uuid, name, MiB`; `visible` is a list of indices or uuids, as CUDA reads it. */
export function parseGpus(table: string, visible: string | undefined): readonly Gpu[] {
  const chosen = visible?.split(',').map((entry) => entry.trim());
  return table
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .flatMap(([index, uuid, name, mebibytes]) => {
      if (index === undefined || uuid === undefined || name === undefined || mebibytes === undefined) return [];
      const isVisible =
        chosen === undefined || chosen.some((entry) => entry === index || (entry.length > 4 && uuid.startsWith(entry)));
      return isVisible ? [{ name, memoryBytes: Number(mebibytes) * bytesPerMebibyte }] : [];
    });
}
