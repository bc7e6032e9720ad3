import { createPrivateKey, sign } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StudyReport } from '#contract/studyCommands.ts';
import { answersText, signedBytes } from '#backend/studies/answerFaults.ts';
import { hashText } from '#backend/hash.ts';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore } from '#backend/store/store.ts';
import { canonicalJson } from '#shared/study/canonicalJson.ts';
import { hashedText, signedAnswers, type SignedAnswers } from '#shared/study/studyLog.ts';
import { newProject, openBackend, type TestBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { exampleAnswer } from './exampleAnswer.ts';
import { asReader, exampleProject, exampleStudy, passphrase } from './exampleStudy.ts';
import { packPassphrase, readTrials, sendPack, type InStudy, type SentPack } from './packReading.ts';

const timeout = 300_000; // scrypt takes its half second many times over
const readers = [asReader('a'), asReader('bb')];

/** All that a report says of the study's answers; paths, dates and hashes of the log are its own. */
const saidOf = (report: StudyReport): object => ({
  ...report,
  study: null,
  files: null,
  methods: null,
  pictures: null,
});

test('answers from another workstation count as if they had been given here', { timeout }, async () => {
  const first = openBackend();
  const { project, synthetic } = await exampleProject(first, 6);
  const study = await exampleStudy(first, { project, synthetic }, { repeats: 2, practice: 2, readers });
  await first.close();
  const copy = join(temporaryFolder(), 'copy.doppel');
  cpSync(project, copy, { recursive: true });

  const backend = openBackend();
  const { here, away, pack, answers } = await sendPack(backend, project, study);
  const imported = await backend.call('study.show', away);
  expect(imported).toMatchObject({ name: 'turing', state: 'reading', commitments: study.commitments, logLines: 1 });
  expect(imported.readers).toMatchObject([{ name: 'a', total: 12, pack: 'none' }]);
  expect((await backend.call('study.show', here)).readers).toMatchObject([{ pack: 'sent' }, { pack: 'none' }]);

  await readTrials(backend, here, 'bb');
  await readTrials(backend, away, 'a', 5);
  await readTrials(backend, away, 'a'); // stopped and resumed
  expect(await backend.call('study.verify', away)).toMatchObject({ ok: true, problems: [] });
  expect(await backend.call('project.check', { project: away.project })).toMatchObject({ ok: true, problems: [] });
  const exported = await backend.call('study.exportAnswers', { ...away, out: answers });
  expect(exported).toMatchObject({ reader: 'a', answered: 12, total: 12 });
  expect(await backend.call('study.identifyFile', { path: pack })).toEqual({ kind: 'pack' });
  expect(await backend.call('study.identifyFile', { path: answers })).toEqual({ kind: 'answers', study: here.study, reader: 'a', answered: 12 }); // prettier-ignore
  const merged = await backend.call('study.mergeAnswers', { project, path: answers, acceptUnfinished: false });
  expect(merged.answers).toEqual(exported);
  expect(merged.study.readers).toMatchObject([
    { answered: 12, pack: 'merged' },
    { answered: 12, pack: 'none' },
  ]);
  expect(await backend.call('study.next', { ...here, reader: 'a' })).toEqual({ done: true });
  expect(await backend.call('study.verify', here)).toMatchObject({ ok: true, problems: [] });
  await backend.call('study.close', { ...here, passphrase });
  expect(await backend.call('study.verify', here)).toMatchObject({ ok: true, problems: [] });

  const local = openBackend();
  const there = { project: copy, study: study.id };
  await readTrials(local, there, 'bb');
  await readTrials(local, there, 'a', 5);
  await readTrials(local, there, 'a');
  await local.call('study.close', { ...there, passphrase });
  const [fromPack, fromHere] = await Promise.all([backend.call('study.report', here), local.call('study.report', there)]); // prettier-ignore
  expect(saidOf(fromPack)).toEqual(saidOf(fromHere));
});

test('a pack that was damaged, cut short or is opened with another passphrase leaves nothing behind', { timeout }, async () => {
  const backend = openBackend();
  const { project, synthetic } = await exampleProject(backend, 4);
  const study = await exampleStudy(backend, { project, synthetic }, { readers });
  const { pack } = await sendPack(backend, project, study);
  const whole = readFileSync(pack);
  const head = whole.indexOf(10);
  const target = await newProject(backend);
  const refused = async (bytes: Uint8Array, code: string, words: RegExp, typed = packPassphrase): Promise<void> => {
    writeFileSync(pack, bytes);
    const reply = await backend.dispatch('study.importPack', { project: target, path: pack, passphrase: typed });
    expect(reply).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(words) as string } });
    expect(existsSync(join(target, 'studies')) ? readdirSync(join(target, 'studies')) : []).toEqual([]);
    expect(await backend.call('study.list', { project: target })).toEqual([]);
  };
  const flipped = (at: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  await refused(whole, 'wrong-passphrase', /does not open a\.doppel-pack/, 'another passphrase');
  for (const at of [5, head - 30]) await refused(flipped(at), 'bad-input', /beginning is damaged/);
  for (const at of [head + 1, head + 5000, whole.length - 1]) await refused(flipped(at), 'bad-input', /damaged or incomplete/); // prettier-ignore
  await refused(whole.subarray(0, head + 7000), 'bad-input', /damaged or incomplete/);
  await refused(whole.subarray(0, head + 1), 'bad-input', /damaged or incomplete/);
  await refused(Buffer.concat([whole, Buffer.from('more')]), 'bad-input', /damaged or incomplete/);
  await refused(Buffer.from('{"format":"something else"}\n'), 'bad-input', /no reader pack/);
  writeFileSync(pack, whole);
  expect(await backend.dispatch('study.importPack', { project, path: pack, passphrase: packPassphrase })).toMatchObject({ ok: false, error: { code: 'already-exists' } }); // prettier-ignore
  const path = join(target, 'nothing');
  expect(await backend.dispatch('study.importPack', { project: target, path, passphrase: packPassphrase })).toMatchObject({ ok: false, error: { code: 'not-found' } }); // prettier-ignore
  await backend.call('study.importPack', { project: target, path: pack, passphrase: packPassphrase });
  expect(await backend.dispatch('study.importPack', { project: target, path: pack, passphrase: packPassphrase })).toMatchObject({ ok: false, error: { code: 'already-exists' } }); // prettier-ignore
  // Nothing of the scans or of the truth can be read in it.
  expect(whole.toString('latin1')).not.toMatch(/synthetic|reader|turing|sub-/);
}); // prettier-ignore

test('a study from a pack can be read, and nothing else', { timeout }, async () => {
  const backend = openBackend();
  const { project, synthetic } = await exampleProject(backend, 4);
  const study = await exampleStudy(backend, { project, synthetic }, { readers });
  const { here, away, answers } = await sendPack(backend, project, study);
  const refused = async (reply: Promise<unknown>, code: string, words: RegExp): Promise<void> => {
    expect(await reply).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(words) as string } });
  };
  const ownerOnly = /came in a reader pack .* where it was locked/;
  await refused(backend.dispatch('study.close', { ...away, passphrase }), 'wrong-state', ownerOnly);
  await refused(backend.dispatch('study.lock', { ...away, passphrase, overrideFairness: null }), 'wrong-state', ownerOnly); // prettier-ignore
  await refused(backend.dispatch('study.checkFairness', { ...away, remedies: [] }), 'wrong-state', ownerOnly);
  await refused(backend.dispatch('study.report', away), 'wrong-state', ownerOnly);
  await refused(backend.dispatch('study.exclude', { ...away, reader: 'a', reason: 'tired' }), 'wrong-state', ownerOnly);
  await refused(backend.dispatch('study.exportPack', { ...away, reader: 'a', passphrase, out: answers }), 'wrong-state', ownerOnly); // prettier-ignore
  await refused(backend.dispatch('study.next', { ...away, reader: 'bb' }), 'not-found', /no reader "bb" on this workstation/); // prettier-ignore
  await refused(backend.dispatch('study.exportAnswers', { ...here, out: answers }), 'wrong-state', /did not come in a reader pack/); // prettier-ignore
  await refused(backend.dispatch('study.exportPack', { ...here, reader: 'c', passphrase, out: answers }), 'not-found', /no reader "c"/); // prettier-ignore

  await readTrials(backend, away, 'a', 1);
  await refused(backend.dispatch('study.delete', { ...away, discardAnswers: false }), 'wrong-state', /holds 1 answers/);
  await backend.call('study.delete', { ...away, discardAnswers: true });
  expect(await backend.call('study.list', { project: away.project })).toEqual([]);
  expect(readdirSync(join(away.project, 'studies'))).toEqual([]);
  await refused(backend.dispatch('study.delete', { ...here, discardAnswers: true }), 'wrong-state', /is locked and stays/); // prettier-ignore
});

/** The answers of a whole reading, and the key that signs them. */
async function answersOf(backend: TestBackend, { away, answers }: SentPack): Promise<{ signed: SignedAnswers; sign: (changed: SignedAnswers) => SignedAnswers }> {
  await readTrials(backend, away, 'a');
  await backend.call('study.exportAnswers', { ...away, out: answers });
  const { readers: [reader] } = createStoreOf(away); // prettier-ignore
  const key = createPrivateKey({ key: Buffer.from(reader?.privateKey ?? '', 'base64'), format: 'der', type: 'pkcs8' });
  return {
    signed: signedAnswers.parse(JSON.parse(readFileSync(answers, 'utf8'))),
    sign: (changed) => ({ ...changed, signature: sign(null, signedBytes(changed), key).toString('base64') }),
  };
} // prettier-ignore

function createStoreOf({ project, study }: InStudy) {
  const store = createStore(openForOwner(project));
  try {
    return store.studies.get(study);
  } finally {
    store.close();
  }
}

/** Lines chained anew after something in them was changed, as a forger would. */
function chainAgain(lines: SignedAnswers['lines']): SignedAnswers['lines'] {
  let previous = '0'.repeat(64);
  return lines.map((line, index) => {
    const changed = { ...line, index, previous };
    previous = hashText(hashedText(changed));
    return { ...changed, hash: previous };
  });
}

test('answers that were changed, doubled or do not belong to the study are not merged', { timeout }, async () => {
  const backend = openBackend();
  const { project, synthetic } = await exampleProject(backend, 4);
  const study = await exampleStudy(backend, { project, synthetic }, { readers });
  const sent = await sendPack(backend, project, study);
  const { here, answers } = sent;
  const { signed, sign: signAgain } = await answersOf(backend, sent);
  const refused = async (text: string, code: string, words: RegExp): Promise<void> => {
    writeFileSync(answers, text);
    const reply = await backend.dispatch('study.mergeAnswers', { project, path: answers, acceptUnfinished: true });
    expect(reply).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(words) as string } });
    expect(await backend.call('study.show', here)).toMatchObject({ logLines: 2, readers: [{ answered: 0 }, {}] });
  };
  const forged = (lines: SignedAnswers['lines']): string => answersText(signAgain({ ...signed, lines: chainAgain(lines) })); // prettier-ignore
  const { lines } = signed;
  const whole = answersText(signed);

  for (let at = 0; at < whole.length; at += Math.floor(whole.length / 25)) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await refused(bytes.toString('utf8'), expect.stringMatching(/^(bad-input|not-found)$/) as string, /./);
  }
  await refused(whole.slice(0, -200), 'bad-input', /no file of a reader's answers/);
  const louder = lines.map((line) => (line.type === 'answer' ? { ...line, data: { ...line.data, answer: exampleAnswer() } } : line)); // prettier-ignore
  await refused(answersText({ ...signed, lines: chainAgain(louder) }), 'bad-input', /signature is not that of the reader "a"/); // prettier-ignore
  await refused(answersText(signAgain({ ...signed, lines: louder })), 'bad-input', /hash is not that of its content/);
  await refused(answersText(signAgain({ ...signed, reader: 'bb' })), 'bad-input', /signature is not that of the reader "bb"/); // prettier-ignore
  await refused(answersText(signAgain({ ...signed, study: 'study-0' })), 'not-found', /a study that this project does not have/); // prettier-ignore
  await refused(forged(lines.map((line) => (line.type === 'import' ? { ...line, data: { ...line.data, pack: 'f'.repeat(32) } } : line))), 'bad-input', /no pack of this study/); // prettier-ignore
  await refused(forged(lines.map((line) => (line.type === 'import' ? { ...line, data: { ...line.data, lock: { ...line.data.lock, at: '2020-01-01T00:00:00.000Z' } } } : line))), 'bad-input', /another protocol or other scans/); // prettier-ignore
  const [shown, other] = lines.flatMap((line, index) => (line.type === 'shown' ? [index] : []));
  const swapped = lines.map((line, index) => {
    const from = lines[index === shown ? (other ?? 0) : index === other ? (shown ?? 0) : index];
    return line.type === 'shown' && from?.type === 'shown' ? { ...line, data: { ...line.data, cases: from.data.cases } } : line; // prettier-ignore
  });
  await refused(forged(swapped), 'bad-input', /shows a trial out of its order/);
  await refused(forged([...lines, ...lines.slice(-1)]), 'bad-input', /answers a trial for the second time/);
  await refused(forged(lines.map((line) => ({ ...line, at: '2020-01-01T00:00:00.000Z' }))), 'bad-input', /is older than the study/); // prettier-ignore
  await refused(forged(lines.map((line) => ({ ...line, at: '2999-01-01T00:00:00.000Z' }))), 'bad-input', /from the future/); // prettier-ignore
  await refused(forged(lines.map((line, index) => (index === 3 ? { ...line, at: new Date(Date.parse(line.at) - 3_600_000).toISOString() } : line))), 'bad-input', /older than the line before/); // prettier-ignore

  writeFileSync(answers, forged(lines.slice(0, -2)));
  const part = await backend.dispatch('study.mergeAnswers', { project, path: answers, acceptUnfinished: false });
  expect(part).toMatchObject({ ok: false, error: { code: 'wrong-state', message: expect.stringMatching(/has answered 7 of 8/) as string } }); // prettier-ignore

  writeFileSync(answers, whole);
  await backend.call('study.mergeAnswers', { project, path: answers, acceptUnfinished: false });
  const twice = await backend.dispatch('study.mergeAnswers', { project, path: answers, acceptUnfinished: false });
  expect(twice).toMatchObject({ ok: false, error: { code: 'wrong-state', message: expect.stringMatching(/merged already/) as string } }); // prettier-ignore
});

test('who has read here cannot send answers as well, and a changed merged answer is found', { timeout }, async () => {
  const backend = openBackend();
  const { project, synthetic } = await exampleProject(backend, 4);
  const study = await exampleStudy(backend, { project, synthetic }, { readers });
  const sent = await sendPack(backend, project, study);
  const { here, answers } = sent;
  const { signed } = await answersOf(backend, sent);
  const log = join(project, 'studies', here.study, 'log.jsonl');
  const before = readFileSync(log);
  await readTrials(backend, here, 'a', 1);
  const refused = await backend.dispatch('study.mergeAnswers', { project, path: answers, acceptUnfinished: false });
  expect(refused).toMatchObject({ ok: false, error: { code: 'wrong-state', message: expect.stringMatching(/has read 1 trials on this workstation/) as string } }); // prettier-ignore
  await backend.close();

  // As if the reader had not: only the owner of the files can do so, and from here on the signature is what holds.
  const lines = before.toString('utf8').trimEnd().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '') as { index: number; hash: string };
  const writeLog = (merged: SignedAnswers): void => {
    const data = { reader: 'a', sha256: hashText(answersText(merged)), answers: merged };
    const line = { index: last.index + 1, at: new Date().toISOString(), type: 'merge' as const, data, previous: last.hash }; // prettier-ignore
    const hash = hashText(hashedText({ ...line, hash: '' } as Parameters<typeof hashedText>[0]));
    writeFileSync(log, Buffer.concat([before, Buffer.from(`${canonicalJson({ ...line, hash })}\n`)]));
    const store = createStore(openForOwner(project));
    store.studies.setLog(here.study, { length: last.index + 2, hash });
    store.close();
  };
  const verify = async () => {
    const again = openBackend();
    const found = await again.call('study.verify', here);
    await again.close();
    return found;
  };
  writeLog(signed);
  expect(await verify()).toMatchObject({ ok: true, problems: [] });
  const forged = signed.lines.map((line) => (line.type === 'answer' ? { ...line, data: { ...line.data, answer: exampleAnswer() } } : line)); // prettier-ignore
  writeLog({ ...signed, lines: chainAgain(forged) });
  expect(await verify()).toMatchObject({ ok: false, problems: [{ what: 'answer', where: `log.jsonl line ${String(last.index + 2)}`, problem: expect.stringMatching(/signature/) as string }] }); // prettier-ignore

  writeLog(signed);
  const merged = readFileSync(log);
  for (let at = before.length; at < merged.length; at += Math.floor((merged.length - before.length) / 12)) {
    const bytes = Buffer.from(merged);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(log, bytes);
    expect(await verify()).toMatchObject({ ok: false, problems: [{ what: 'log', where: `log.jsonl line ${String(last.index + 2)}` }] }); // prettier-ignore
  }
});
