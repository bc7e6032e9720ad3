import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTrials, readTrials } from '#backend/studies/readTrials.ts';
import { imrmcTable, trialsTable } from '#backend/studies/writeTables.ts';
import { recordedTrials, writeTrials } from '#test/study/exampleTrials.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const parse = (text: string): ReturnType<typeof parseTrials> => parseTrials(Buffer.from(text), 't.csv');
const plain = 'reader,case,truth,score\na,x,0,1\nb,"y, the ""second""",1,6\n';

describe('a table of trials', () => {
  it('may come from any spreadsheet', () => {
    const expected = parse(plain).trials;
    expect(expected).toMatchObject([
      { reader: 'a', caseId: 'x', isSynthetic: false, score: 1, reactionMs: null, order: null, model: null, repeat: 0 },
      { reader: 'b', caseId: 'y, the "second"', isSynthetic: true, score: 6 },
    ]);
    const european = 'Reader;Case;Truth;Score\r\na;x;0;1\r\nb;"y, the ""second""";1;6\r\n';
    expect(parse(european).trials).toEqual(expected);
    expect(parse(`\uFEFF${european}`).trials).toEqual(expected);
    expect(parse(european.replaceAll(';', '\t')).trials).toEqual(expected);
    expect(parseTrials(Buffer.from(`\uFEFF${plain}`, 'utf16le'), 't.csv').trials).toEqual(expected);
    expect(parse('score,note,truth,case,reader\n1.0,"two\nlines",0.0,x,a\n\n6,,1,"y, the ""second""", b \n').trials).toEqual(expected); // prettier-ignore
  });

  it('may have times, order, sessions, models and repeats', () => {
    const text = 'reader;case;truth;score;reaction_ms;session;order;model;repeat\na;x;1;4;812,5;s1;3;ha-gan;\na;x;1;3;;s2;1;ha-gan;1\n'; // prettier-ignore
    expect(parse(text).trials).toMatchObject([
      { reactionMs: 812.5, session: 's1', order: 3, model: 'ha-gan', repeat: 0 },
      { reactionMs: null, session: 's2', order: 1, repeat: 1 },
    ]);
  });

  it('leaves out trials without an answer and counts them', () => {
    expect(parse(`${plain}a,z,1,\n`)).toMatchObject({ trials: { length: 2 }, unanswered: 1 });
  });

  it.each([
    ['', 't.csv is empty'],
    ['reader,truth,score\n', 'line 1: there is no column "case"'],
    ['reader,case,truth,score,score\na,x,0,1,1\n', 'line 1: there are two columns "score"'],
    [`${plain}a,z,2,1\n`, 'line 4: truth is "2"; it may be 0 (real) or 1 (synthetic)'],
    [`${plain}a,z,0,7\n`, 'line 4: score is "7"'],
    [`${plain}a,z,0,3.5\n`, 'line 4: score is "3.5"'],
    [`${plain},z,0,3\n`, 'line 4: reader is empty'],
    [`${plain}a\n`, 'line 4: case is empty'],
    [`${plain}a,x,0,2\n`, 'line 4: reader "a" has answered case "x" in line 2 already'],
    [`${plain}c,x,1,2\n`, 'line 4: case "x" has another truth in line 2'],
    ['reader,case,truth,score,reaction_ms\na,x,0,1,-5\n', 'line 2: reaction_ms is "-5"'],
    ['reader,case,truth,score,order\na,x,0,1,first\n', 'line 2: order is "first"'],
    ['reader,case,truth,score,repeat\na,x,0,1,0.5\n', 'line 2: repeat is "0.5"'],
    ['reader,case,truth,score,repeat\na,x,0,1,1\n', 'no first answer'],
    ['reader,case,truth,score\na,x,0,\n', 'no first answer'],
    ['reader,case,truth,score\n"a,x,0,1\n', 'the quotes of this table do not match'],
    ['reader,case,note,truth,score\na,x,"two\nlines",0,1\na,y,,0,9\n', 'line 4: score is "9"'],
    [`reader,case,truth,score\n${'a,,0,1\n'.repeat(8)}`, '(and 3 more)'],
  ])('that is wrong (%j) is refused with words and lines', (text, words) => {
    expect(() => parse(text)).toThrow(words);
  });

  it('that is no text, no file, or not there is refused', async () => {
    expect(() => parseTrials(Buffer.from([0x72, 0xe9, 0x2c]), 't.csv')).toThrow('no UTF-8 text');
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder.csv'));
    await expect(readTrials(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(readTrials(join(folder, 'folder.csv'))).rejects.toMatchObject({ code: 'bad-input' });
    writeFileSync(join(folder, 't.csv'), plain);
    expect((await readTrials(join(folder, 't.csv'))).trials).toHaveLength(2);
  });
});

describe('a table for others', () => {
  it('is read back as it was', () => {
    const trials = recordedTrials();
    expect(parse(trialsTable(trials)).trials).toEqual(trials);
  });

  it('for iMRMC has the truth of each case once, and first answers', () => {
    const [trial] = writeTrials({ a: '3|' });
    const again = trial === undefined ? [] : [{ ...trial, repeat: 1 }];
    expect(imrmcTable([...writeTrials({ a: '3|5', 'b, "the other"': '2|' }), ...again])).toBe(
      'readerID,caseID,modalityID,score\r\ntruth,r0,truth,0\r\ntruth,s0,truth,1\r\na,r0,single,3\r\na,s0,single,5\r\n"b, ""the other""",r0,single,2\r\n',
    );
    expect(() => imrmcTable(writeTrials({ truth: '1|6' }))).toThrow('another name');
  });
});
