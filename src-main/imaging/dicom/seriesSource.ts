/** A series as a scan: converted in memory when it is read, so that nothing of it lies on a disk in between. */
import { spacingOf } from '#shared/volume/affine.ts';
import { sha256Of, sha256OfFile } from '../atomicWrite.ts';
import type { ScanWarning } from '../badScan.ts';
import { bytesSource, readingError } from '../byteSource.ts';
import { readingWarnings, readVoxels } from '../readVolume.ts';
import type { ReadingWishes, ScanSource } from '../scanSource.ts';
import { convertSeries } from './convertSeries.ts';
import { fillSlices } from './fillSlices.ts';
import { requireUsable, type Series } from './series.ts';
import { examineStack } from './sliceStack.ts';

/** Of slices that are there several times the first, where not all are. */
function firstOfEach(series: Series): Series {
  if (series.stack?.frames !== 0) return series;
  const taken = new Set<string>();
  const files = series.files.filter(({ slices }) => {
    const place = slices.map(({ position }) => position.map((mm) => mm.toFixed(2)).join(' ')).join('|');
    return !taken.has(place) && taken.add(place).has(place);
  });
  return { ...series, files, stack: examineStack(files.flatMap(({ slices }) => slices)) };
}

async function hashOf({ files }: Series): Promise<string> {
  const hashes: string[] = [];
  for (const { path } of files) {
    hashes.push(
      await sha256OfFile(path).catch((thrown: unknown) => {
        throw readingError(thrown);
      }),
    );
  }
  return sha256Of(hashes.sort().join(' '));
}

export function seriesSource(found: Series, wishes: ReadingWishes): ScanSource {
  return {
    read: async () => {
      requireUsable(found, wishes);
      const series = firstOfEach(found);
      const { header, bytes } = await convertSeries(series);
      const data = await readVoxels(bytesSource(bytes, header.dataOffset), header, wishes.frame);
      const converted = { size: [...header.size] as [number, number, number], affine: header.affine, data };
      const { stack } = series;
      const isFilled = stack !== null && (stack.missing.length > 0 || stack.isUneven);
      const volume = isFilled ? fillSlices(converted, stack) : converted;
      const filled: ScanWarning[] = isFilled
        ? [{ code: 'interpolated-slices', reason: `The series is incomplete, and was accepted: ${found.aside?.reason ?? ''}` }]
        : [];
      return {
        volume,
        native: {
          format: 'dicom',
          size: [volume.size[0], volume.size[1], volume.size[2]],
          spacingMm: spacingOf(volume.affine),
          affine: volume.affine,
          affineSource: 'dicom',
          datatype: header.encoding.datatype,
          valueSlope: header.encoding.slope,
          valueIntercept: header.encoding.intercept,
        },
        warnings: [...series.warnings, ...filled, ...readingWarnings(header, wishes.frame)],
        sourceSha256: () => hashOf(found),
      };
    },
  };
} // prettier-ignore
