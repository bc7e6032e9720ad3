/** What each row of panes draws, from the bottom up, by how the scans are compared. */
import type { Layer } from './stage.ts';
import type { StagedScan } from './useScan.ts';
import type { Viewing } from './useViewing.ts';

type Layers = Readonly<Record<'upper' | 'lower', readonly Layer[]>>;

export function layersOf(a: StagedScan | null, b: StagedScan | null, viewing: Viewing): Layers {
  const windows = viewing.windows.value;
  const scanLayer = ({ volumeId }: StagedScan, side: 'a' | 'b', visible: boolean): Layer => ({
    kind: 'scan',
    volumeId,
    window: windows[side],
    visible,
  });
  if (a === null) return { upper: [], lower: [] };
  const alone = [scanLayer(a, 'a', true)];
  if (b === null) return { upper: alone, lower: [] };
  const flipped = viewing.isFlipped.value;
  switch (viewing.mode.value) {
    case 'single':
      return { upper: alone, lower: [] };
    case 'side':
    case 'split':
      return { upper: alone, lower: [scanLayer(b, 'b', true)] };
    case 'flicker':
      return { upper: [scanLayer(a, 'a', !flipped), scanLayer(b, 'b', flipped)], lower: [] };
    case 'difference': {
      const made = viewing.difference.value;
      if (made === null) return { upper: alone, lower: [] };
      return {
        upper: [{ kind: 'difference', volumeId: made.volumeId, window: windows.difference, visible: true }],
        lower: [],
      };
    }
  }
}
