/** How much memory this process can count on. */
import { totalmem } from 'node:os';

/** Bytes of the machine, or of the container it runs in when that has less. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory(); // 0 where there is none
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
