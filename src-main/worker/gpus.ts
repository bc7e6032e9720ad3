/** The NVIDIA GPUs of this machine, as the driver's own program tells them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Gpu {
  readonly name: string;
  readonly memoryBytes: number;
}

interface GpuMemory {
  readonly usedBytes: number;
  readonly freeBytes: number;
}

const query = ['--query-gpu=index,uuid,name,memory.total', '--format=csv,noheader,nounits'];
const memoryQuery = ['--query-gpu=index,uuid,memory.used,memory.free', '--format=csv,noheader,nounits'];
const bytesPerMebibyte = 2 ** 20;

/** In the driver's order, those that CUDA_VISIBLE_DEVICES leaves visible; none where there is no driver. */
export async function findGpus(): Promise<readonly Gpu[]> {
  return parseGpus(await ask(query), process.env['CUDA_VISIBLE_DEVICES']);
}

/** Of the GPU that TensorFlow computes on, the last visible one; null where there is no driver. */
export async function gpuMemory(): Promise<GpuMemory | null> {
  return parseGpuMemory(await ask(memoryQuery), process.env['CUDA_VISIBLE_DEVICES']);
}

/** Nothing where there is no driver, or one that does not answer: the engine then reports what it sees itself. */
async function ask(question: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)('nvidia-smi', [...question], { timeout: 10_000 })).stdout;
  } catch {
    return '';
  }
}

/** `table` has the lines `index, uuid, name, MiB`; `visible` is a list of indices or uuids, as CUDA reads it. */
export function parseGpus(table: string, visible: string | undefined): readonly Gpu[] {
  return visibleRows(table, visible).map(([name, mebibytes]) => ({
    name,
    memoryBytes: Number(mebibytes) * bytesPerMebibyte,
  }));
}

/** `table` has the lines `index, uuid, MiB used, MiB free`; of the last visible one. */
export function parseGpuMemory(table: string, visible: string | undefined): GpuMemory | null {
  const row = visibleRows(table, visible).at(-1);
  if (row === undefined) return null;
  const [usedBytes, freeBytes] = [Number(row[0]) * bytesPerMebibyte, Number(row[1]) * bytesPerMebibyte];
  return { usedBytes, freeBytes };
}

/** The two cells after index and uuid, of the GPUs that are visible. */
function visibleRows(table: string, visible: string | undefined): readonly (readonly [string, string])[] {
  const chosen = visible?.split(',').map((entry) => entry.trim());
  return table
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .flatMap(([index, uuid, one, other]) => {
      if (index === undefined || uuid === undefined || one === undefined || other === undefined) return [];
      const isVisible =
        chosen === undefined || chosen.some((entry) => entry === index || (entry.length > 4 && uuid.startsWith(entry)));
      return isVisible ? [[one, other] as const] : [];
    });
}
