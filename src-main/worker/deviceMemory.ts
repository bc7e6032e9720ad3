/** How full the memory of the device gets that TensorFlow computes on: that of this process, or a GPU's. */
import { gpuMemory } from './gpus.ts';
import { availableBytes, peakMemoryBytes } from './memory.ts';

interface MemoryWatch {
  /** Bytes that were free when the watch began. */
  freeBytes(device: string): number;
  /** Bytes taken since, at the fullest. TensorFlow keeps what it has once taken of a GPU, in steps that double, so that this is an upper bound there. */
  peakBytes(device: string): Promise<number>;
}

/** Begin before TensorFlow is loaded. `device` is 'CPU' or the name of the GPU. */
export async function watchMemory(): Promise<MemoryWatch> {
  const free = availableBytes();
  const before = await gpuMemory();
  return {
    freeBytes: (device) => (device === 'CPU' || before === null ? free : before.freeBytes),
    peakBytes: async (device) => {
      const now = device === 'CPU' || before === null ? null : await gpuMemory();
      if (now === null || before === null) return peakMemoryBytes();
      return now.usedBytes - before.usedBytes;
    },
  };
}
