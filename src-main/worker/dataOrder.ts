/** Which item is drawn at a position of a training: epoch by epoch, each in a permutation of its own. */
import { createRandom } from '#shared/random.ts';

/** Depends on the seed and the position alone, so that a resumed run goes on in it. */
export function createOrder<T>(items: readonly T[], seed: number): (position: number) => T {
  const origin = createRandom(seed).fork('data order');
  let shuffled: { epoch: number; items: readonly T[] } | undefined;
  return (position) => {
    const epoch = Math.floor(position / items.length);
    if (shuffled?.epoch !== epoch) shuffled = { epoch, items: origin.fork(`epoch ${String(epoch)}`).shuffle(items) };
    return shuffled.items[position % items.length] as T;
  };
}
