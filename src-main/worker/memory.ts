/** How much memory this process can count on, and how much it has taken. */
import { totalmem } from 'node:os';

const kilobytesPerMegabyte = 1000;

/** The memory of this process at its fullest so far; what a GPU holds comes on top. */
export function peakMemoryMb(): number {
  return process.resourceUsage().maxRSS / kilobytesPerMegabyte; // maxRSS is in kB
}

/** Bytes of the machine, or of the container it runs in when that has less. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory(); // 0 where there is none
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
