/** How much memory this process can count on, and how much it has taken. */
import { totalmem } from 'node:os';

const bytesPerKibibyte = 1024;
const bytesPerMegabyte = 1e6;

/** The memory of this process at its fullest so far; what a GPU holds comes on top. */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * bytesPerKibibyte;
}

/** As `peakMemoryBytes`, in megabytes. */
export function peakMemoryMb(): number {
  return peakMemoryBytes() / bytesPerMegabyte;
}

/** Bytes that this process could still take, and those that it has. */
export function availableBytes(): number {
  return Math.min(process.availableMemory() + process.memoryUsage.rss(), memoryBytes());
}

/** Bytes of the machine, or of the container it runs in when that has less. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory(); // 0 where there is none
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
