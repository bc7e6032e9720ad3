import { expect, test } from 'vitest';
import { canonicalJson } from '#shared/study/canonicalJson.ts';
import { trialOrder } from '#shared/study/trialOrder.ts';
import { exampleAnswer } from '../backend/studies/exampleAnswer.ts';
import { confidenceUse, scoreOf } from '#shared/study/answerScores.ts';

const items = Array.from({ length: 20 }, (_, at) => [`case-${String(at)}`]);
const practice = [['practice-1'], ['practice-2']];

test('the same seed and reader give the same order, another reader another one', () => {
  const order = (seed: number, reader: string) => trialOrder({ seed, reader, items, practice, repeats: 4 });
  expect(order(3, 'a')).toEqual(order(3, 'a'));
  expect(order(3, 'a')).not.toEqual(order(3, 'b'));
  expect(order(3, 'a')).not.toEqual(order(4, 'a'));
});

test('practice comes first, every case is shown, and a repeat never directly after its first showing', () => {
  for (let seed = 0; seed < 300; seed++) {
    const repeats = seed % 20;
    const order = trialOrder({ seed, reader: 'a', items, practice, repeats });
    expect(order.map(({ isPractice }) => isPractice)).toEqual(order.map((_, at) => at < 2));
    const trials = order.slice(2);
    expect(new Set(trials.map(({ cases }) => cases.join())).size).toBe(20);
    expect(trials.filter(({ repeat }) => repeat === 1)).toHaveLength(repeats);
    for (const [at, { cases, repeat }] of trials.entries()) {
      const first = trials.findIndex((other) => other.cases.join() === cases.join());
      if (repeat === 1) expect(at - first).toBeGreaterThan(1);
      else expect(first).toBe(at);
    }
  }
});

test('canonical JSON does not depend on the order of keys, and leaves out what is not defined', () => {
  const one = canonicalJson({ b: [1, { d: null, c: 'ü' }], a: 0.1, left: undefined });
  expect(one).toBe('{"a":0.1,"b":[1,{"c":"ü","d":null}]}');
  expect(canonicalJson(JSON.parse(one))).toBe(one);
  expect(() => canonicalJson(Number.NaN)).toThrow(RangeError);
});

test('confidence is a scale from real to synthetic, unless verdicts contradict it: then it is sureness', () => {
  const answers = ([[1, 'real'], [3, 'real'], [4, 'synthetic'], [6, 'synthetic']] as const).map(([confidence, verdict]) => exampleAnswer({ confidence, verdict })); // prettier-ignore
  expect(confidenceUse(answers)).toBe('scale');
  expect(answers.map((answer) => scoreOf(answer, 'scale'))).toEqual([1, 3, 4, 6]);
  const sure = ([[6, 'real'], [1, 'real'], [1, 'synthetic'], [6, 'synthetic']] as const).map(([confidence, verdict]) => exampleAnswer({ confidence, verdict })); // prettier-ignore
  expect(confidenceUse(sure)).toBe('sureness');
  expect(sure.map((answer) => scoreOf(answer, 'sureness'))).toEqual([1, 3, 4, 6]);
});
