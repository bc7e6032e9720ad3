/** Archives that want out of their folder, fill the disk, or are not what their list of checksums says. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { unpackBundle } from '#worker/provenance/unpackBundle.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const manifestOf = (files: Readonly<Record<string, string>>): string =>
  Object.entries(files)
    .map(([name, text]) => `${sha256(text)}  ${name}\n`)
    .join('');

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  return buffer(zip.outputStream);
}

/** Another name of the same length, wherever it stands. */
function renamed(zip: Buffer, from: string, to: string): Buffer {
  const bytes = Buffer.from(zip);
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
  return bytes;
}

const files = { 'study.json': '{}', 'jobs/a/log.txt': 'well' };
const whole = { ...files, 'manifest-sha256.txt': manifestOf(files) };
const good = await zipOf(whole);

const unpack = async (bytes: Buffer): Promise<{ folder: string; messages: unknown[] }> => {
  const folder = temporaryFolder();
  const messages: unknown[] = [];
  writeFileSync(join(folder, 'study.zip'), bytes);
  const context = { send: (message: unknown) => messages.push(message), isCancelled: () => false };
  try {
    await unpackBundle({ kind: 'bundle-open', path: join(folder, 'study.zip'), into: join(folder, 'into') }, context);
  } catch (thrown) {
    expect(readdirSync(folder)).toEqual(['study.zip']);
    throw thrown;
  }
  return { folder, messages };
};

test('a whole bundle is unpacked and counted', async () => {
  const { folder, messages } = await unpack(good);
  expect(messages.at(-1)).toMatchObject({ type: 'bundle-opened', files: 2 });
  expect(existsSync(join(folder, 'into/jobs/a/log.txt'))).toBe(true);
});

test.each<readonly [string, () => Promise<Buffer> | Buffer, RegExp]>([
  ['a name that leads out', () => renamed(good, 'jobs/a/log.txt', '../../../log.txt'.slice(0, 14)), /bundle was not opened/],
  ['an absolute name', () => renamed(good, 'jobs/a/log.txt', '/obs/a/log.txt'), /bundle was not opened/],
  ['a name of another system', () => renamed(good, 'jobs/a/log.txt', 'C:\\s/a/log.txt'), /bundle was not opened/],
  ['a device for a name', () => renamed(good, 'jobs/a/log.txt', 'jobs/a/nul.txt'), /not allowed/],
  ['one name twice', () => renamed(good, 'jobs/a/log.txt', 'manifest-sha256.txt'.slice(0, 14)).subarray(0), /bundle was not opened/],
  ['a file that has changed', () => zipOf({ ...whole, 'jobs/a/log.txt': 'worse' }), /not as its list/],
  ['a file that is not listed', () => zipOf({ ...whole, 'more.txt': 'more' }), /not as its list/],
  ['a listed file that is missing', () => zipOf({ 'study.json': '{}', 'manifest-sha256.txt': whole['manifest-sha256.txt'] }), /is missing/],
  ['no list', () => zipOf(files), /no bundle of a study/],
  ['an end that is missing', () => good.subarray(0, good.length - 30), /no whole zip archive/],
  ['no archive at all', () => Buffer.from('not a zip'), /no whole zip archive/],
  ['a bomb', () => zipOf({ ...whole, 'zeros.txt': '0'.repeat(80 * 2 ** 20) }), /far more than a study holds/],
])('%s is refused, and nothing is kept', async (_, make, words) => {
  await expect(unpack(await make())).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(words) as string });
}); // prettier-ignore
