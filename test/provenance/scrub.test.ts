import { expect, test } from 'vitest';
import { placesIn, scrubText, scrubValue, withoutPictures } from '#shared/provenance/scrub.ts';

test.each([
  ['Cannot write /home/x/a.nii.gz (EACCES).', 'Cannot write (not kept) (EACCES).'],
  ['at file:///opt/doppel/train.ts:10:3', 'at (not kept)'],
  ['C:\\Users\\Zita\\scan.nii is gone', '(not kept) is gone'],
  ['in “/data/Zita Roe/scans”, twice', 'in “(not kept)”, twice'],
  ['0.5 s/step, 3/4 of 8 mm³, and/or, n/a', '0.5 s/step, 3/4 of 8 mm³, and/or, n/a'],
  ['<p>a</p><div>reports/a.html</div>', '<p>a</p><div>reports/a.html</div>'],
])('of %j stays %j', (text, expected) => {
  expect(scrubText(text, ['/data/Zita Roe/scans'])).toBe(expected);
});

test('a value loses its places and keeps its form', () => {
  const value = { out: '/home/a b/out', files: ['D:\\scans\\x.nii', 'sub-01.nii'], count: 3, none: null };
  expect(scrubValue(value, [])).toEqual({ out: '(not kept)', files: ['(not kept)', 'sub-01.nii'], count: 3, none: null });
  expect(placesIn(value)).toEqual(['/home/a b/out', 'D:\\scans\\x.nii']);
}); // prettier-ignore

test('pictures leave a page, drawn curves stay', () => {
  expect(withoutPictures('<figure><img src="data:x" alt="a"><svg><path d="M0 0"/></svg></figure>')).toBe(
    '<figure>(picture left out: it may show a real scan)<svg><path d="M0 0"/></svg></figure>',
  );
});
