import { describe, expect, test } from 'vitest';
import { gridAffine, type Vector3 } from '#shared/volume/affine.ts';
import {
  boundingBox,
  centreOf,
  edgeLetters,
  fittingScale,
  onSlice,
  paneToWorld,
  planes,
  viewOf,
  worldToPane,
  type Convention,
} from '../../src-renderer/viewer/views.ts';

const conventions: readonly Convention[] = ['radiological', 'neurological'];
const pane = { width: 300, height: 200 };
const everyView = planes.flatMap((plane) => conventions.map((convention) => ({ plane, convention })));

describe('views', () => {
  test.each(everyView)('$plane, $convention: a rotation, never a mirror image', ({ plane, convention }) => {
    const { right: r, up: u, toViewer } = viewOf(plane, convention);
    const cross = [r[1] * u[2] - r[2] * u[1], r[2] * u[0] - r[0] * u[2], r[0] * u[1] - r[1] * u[0]];
    expect(cross.map((value) => value + 0)).toEqual(toViewer); // + 0: −0 is 0
  });

  test('letters stand where the patient’s sides are', () => {
    expect(edgeLetters(viewOf('axial', 'radiological'))).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
    expect(edgeLetters(viewOf('axial', 'neurological'))).toEqual({ left: 'L', right: 'R', top: 'A', bottom: 'P' });
    expect(edgeLetters(viewOf('coronal', 'radiological'))).toEqual({ left: 'R', right: 'L', top: 'S', bottom: 'I' });
    expect(edgeLetters(viewOf('coronal', 'neurological'))).toEqual({ left: 'L', right: 'R', top: 'S', bottom: 'I' });
    expect(edgeLetters(viewOf('sagittal', 'radiological'))).toEqual({ left: 'A', right: 'P', top: 'S', bottom: 'I' });
  });

  test.each(everyView)(
    '$plane, $convention: a point lies towards the letter it belongs to',
    ({ plane, convention }) => {
      const view = viewOf(plane, convention);
      const frame = { centreMm: [0, 0, 0] as Vector3, mmPerPixel: 0.5 };
      const letters = edgeLetters(view);
      const sides = {
        R: [30, 0, 0],
        L: [-30, 0, 0],
        A: [0, 30, 0],
        P: [0, -30, 0],
        S: [0, 0, 30],
        I: [0, 0, -30],
      } as const;
      const place = (letter: string) => worldToPane(sides[letter as 'R'], view, frame, pane);
      expect(place(letters.right)).toEqual({ x: 210, y: 100 });
      expect(place(letters.left)).toEqual({ x: 90, y: 100 });
      expect(place(letters.top)).toEqual({ x: 150, y: 40 });
      expect(place(letters.bottom)).toEqual({ x: 150, y: 160 });
    },
  );

  test.each(everyView)('$plane, $convention: from the pane to the world and back', ({ plane, convention }) => {
    const view = viewOf(plane, convention);
    const frame = { centreMm: onSlice([3, -8, 12], [7, 7, 7], view), mmPerPixel: 0.7 };
    const point = paneToWorld({ x: 41, y: 172 }, view, frame, pane);
    const back = worldToPane(point, view, frame, pane);
    expect(back.x).toBeCloseTo(41);
    expect(back.y).toBeCloseTo(172);
    const axis = { axial: 2, sagittal: 0, coronal: 1 }[plane] as 0 | 1 | 2;
    expect(point[axis]).toBeCloseTo(7);
  });

  test('a scan fits into its pane with a margin', () => {
    const box = boundingBox([100, 200, 50], gridAffine(1, [0, 0, 0]));
    expect(box).toEqual({ least: [-0.5, -0.5, -0.5], greatest: [99.5, 199.5, 49.5] });
    expect(centreOf(box)).toEqual([49.5, 99.5, 24.5]);
    expect(fittingScale(box, viewOf('axial', 'radiological'), pane)).toBeCloseTo(1.05);
    expect(fittingScale(box, viewOf('coronal', 'radiological'), pane)).toBeCloseTo((1.05 * 100) / 300);
  });
});
