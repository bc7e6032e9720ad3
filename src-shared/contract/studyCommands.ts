/**
 * Requests about expert Turing tests. What a reader's window gets while reading (`study.next`, `study.answer`,
 * `study.event`, `study.unlockReader`) holds no truth, path, subject or source.
 */
import { z } from 'zod';
import type { StudyAnalysis } from '../study/analyzeTrials.ts';
import type { Realism } from '../study/realism.ts';
import type { ReadingConditions } from '../study/readingConditions.ts';
import { command } from './command.ts';
import type { Job } from './jobs.ts';
import {
  readingEvent,
  studyAnswer,
  studyDesign,
  studyReader,
  studyRemedy,
  type CaseTruth,
  type DrawnCase,
  type FairnessReport,
  type StudyAnswer,
  type StudyDesign,
  type StudyProtocol,
  type StudyReader,
  type StudyState,
  type StudyTool,
} from './studies.ts';

/** How far a reader is. */
export interface ReaderProgress extends StudyReader {
  readonly hasPin: boolean;
  readonly answered: number;
  readonly total: number; // with practice and repeats
  readonly isExcluded: boolean;
  /** `sent`: a pack for another workstation was made; `merged`: its answers are in the log. */
  readonly pack: 'none' | 'sent' | 'merged';
}

export interface StudySummary {
  readonly id: string;
  readonly name: string;
  readonly state: StudyState;
  readonly createdAt: string;
  readonly lockedAt: string | null;
  readonly closedAt: string | null;
  readonly readers: readonly ReaderProgress[];
}

export interface StudyDetail extends StudySummary {
  readonly design: StudyDesign;
  /** The job that prepares, or prepared, its scans; null on a reader's workstation. */
  readonly job: string | null;
  readonly fairness: FairnessReport | null; // null: not tested yet
  readonly warnings: readonly string[];
  /** What the log committed to; null before the lock. */
  readonly commitments: { readonly protocol: string; readonly key: string } | null;
  readonly logLines: number;
}

/** One scan (or pair) to be judged, or the end. `volumes`: ids for `volume://<projectId>/trial/<id>`. */
export type NextTrial =
  | {
      readonly trialId: string;
      readonly volumes: readonly string[];
      readonly index: number; // from 1
      readonly total: number;
      readonly isPractice: boolean;
    }
  | { readonly done: true };

/** How the window asks; nothing in it depends on the trial. */
export interface ReadingRules {
  readonly name: string;
  readonly protocol: StudyDesign['protocol'];
  readonly realism: boolean;
  readonly timeLimitSeconds: number | null;
  readonly tools: readonly StudyTool[];
  readonly practice: number;
  readonly answered: number;
  readonly total: number;
}

/** The encrypted file that a reader on another workstation reads from. */
export interface ReaderPack {
  readonly path: string; // absolute
  readonly bytes: number;
  readonly sha256: string;
  readonly cases: number;
}

/** The signed file that comes back. */
export interface AnswersFile {
  readonly path: string; // absolute
  readonly sha256: string;
  readonly reader: string;
  readonly answered: number; // with practice and repeats, as `total`
  readonly total: number;
}

/** What a file is that came from another workstation. `study`: its id where it was locked. */
export type StudyFile =
  | { readonly kind: 'pack' }
  | {
      readonly kind: 'answers';
      readonly study: string;
      readonly reader: string;
      readonly answered: number;
    };

export interface VerifyProblem {
  readonly what: 'log' | 'protocol' | 'key' | 'case' | 'answer' | 'commitment';
  readonly where: string; // 'log.jsonl line 7', 'cases/3f….nii'
  readonly problem: string;
}

export interface StudyVerification {
  readonly ok: boolean;
  readonly lines: number;
  readonly files: number;
  readonly problems: readonly VerifyProblem[];
  /** What is no change, but should be known: a line that a crash cut off. */
  readonly notices: readonly string[];
}

/** The statistics of a reader study, made from a table of its trials. */
export interface TrialsReport extends StudyAnalysis {
  /** Rows without a score, which were left out. */
  readonly unanswered: number;
  /** What a paper says of the statistics. */
  readonly methods: string;
}

/** What was registered and what came of it, besides the statistics. */
export interface StudyReport extends TrialsReport {
  readonly study: {
    readonly id: string;
    readonly name: string;
    readonly lockedAt: string | null;
    readonly closedAt: string | null;
    readonly protocol: StudyProtocol;
    /** What the log's first line committed to, and the salts that show it. */
    readonly commitments: {
      readonly protocol: string;
      readonly protocolSalt: string;
      readonly key: string;
      readonly keySalt: string;
    };
    readonly lastHash: string; // of the log
    readonly logLines: number;
    readonly version: string; // of Doppel, when the study was locked
    readonly reading: readonly ReadingConditions[];
    /** Lines that a crash had cut off, and that were removed: nothing in them had been confirmed. */
    readonly repairs: number;
    readonly excluded: readonly { readonly reader: string; readonly reason: string }[];
    /** `sureness`: the readers' confidence did not follow the registered scale, and was read as how sure they were. */
    readonly confidenceUse: 'scale' | 'sureness';
  };
  readonly answers: readonly ReportedAnswer[];
  /** Of real and of synthetic scans; empty where readers were not asked, or judged pairs. */
  readonly realism: readonly Realism[];
  /** What is shown of the hardest and of the easiest cases, as `cases.hardestFirst` names them; the hardest first. */
  readonly shown: { readonly hardest: readonly string[]; readonly easiest: readonly string[] };
  readonly pictures: readonly CasePicture[];
  /** Absolute paths of what was written: the report to be read, the same as JSON, tables for other programs. */
  readonly files: readonly string[];
}

/** One scan of those cases; its picture is the file `picture` of its id. */
export interface CasePicture extends Omit<DrawnCase, 'marks'> {
  /** Where readers clicked, on each of the three slices. */
  readonly marks: readonly { readonly reader: string; readonly places: DrawnCase['marks'][number] }[];
}

/** One answer with its truth, for tables and pictures. */
export interface ReportedAnswer {
  readonly reader: string;
  readonly caseId: string; // of a pair: both ids with a + between
  readonly index: number; // in the reader's order, from 1
  readonly session: number;
  readonly repeat: number;
  readonly answer: StudyAnswer;
  readonly truth: readonly CaseTruth[]; // one, of a pair two
}

export interface PowerRow {
  readonly decisions: number | null; // null: more than 20 000
  /** With the design effect of readers who share cases. */
  readonly withSharedCases: number | null;
}

export interface PowerTable {
  readonly againstChance: readonly (PowerRow & { readonly accuracy: number })[];
  readonly equivalence: readonly (PowerRow & { readonly margin: number })[];
  readonly designEffect: number;
  /** Of the study as it is planned: its decisions, and the power they have. */
  readonly planned: {
    readonly decisions: number;
    readonly effective: number;
    readonly equivalence: number;
    readonly againstChance: readonly { readonly accuracy: number; readonly power: number }[];
  };
}

const pin = z.string().regex(/^\d{4,12}$/, 'four to twelve digits');
const project = z.string().min(1);
/** A name or id; null: the only one there is. */
const study = z.string().min(1).nullable();
const inStudy = { project, study };
const file = z.string().min(1); // absolute
const reader = z.string().min(1);
/** At least eight characters: it guards the key against whoever has the files. */
const passphrase = z.string().min(8).max(1000);

export const studyCommands = {
  /** Chooses the scans, and starts the job that prepares them and tests that they are fair. */
  'study.create': command(
    z.strictObject({ project, design: studyDesign, readers: z.array(studyReader.extend({ pin: pin.nullable() })).min(1).max(100) }), // prettier-ignore
  ).returns<{ readonly study: StudyDetail; readonly job: Job }>(),
  'study.list': command(z.strictObject({ project })).returns<readonly StudySummary[]>(),
  'study.show': command(z.strictObject(inStudy)).returns<StudyDetail>(),
  'study.power': command(
    z.strictObject({
      trials: z.int().positive().max(2000),
      readers: z.int().positive().max(100),
      margin: studyDesign.shape.margin,
      correlation: z.number().min(0).max(1), // of right answers of two readers to one case
    }),
  ).returns<PowerTable>(),
  /** Prepares the scans once more with what removes cues, and tests again; for a study that is not locked. */
  'study.checkFairness': command(z.strictObject({ ...inStudy, remedies: z.array(studyRemedy) })).returns<Job>(),
  /** `unfair-cue` unless the scans are fair or there is a reason to go on. */
  'study.lock': command(
    z.strictObject({ ...inStudy, passphrase, overrideFairness: z.string().min(1).max(2000).nullable() }),
  ).returns<StudyDetail>(),
  /** Opens the reader's place in this process; `wrong-passphrase` for another PIN. */
  'study.unlockReader': command(
    z.strictObject({ ...inStudy, reader, pin: z.string().nullable() }),
  ).returns<ReadingRules>(),
  /** The same trial until it is answered. */
  'study.next': command(z.strictObject({ ...inStudy, reader })).returns<NextTrial>(),
  /** On the disk when this returns. */
  'study.answer': command(z.strictObject({ ...inStudy, reader, trial: z.string(), answer: studyAnswer })).returns<{
    readonly answered: number;
    readonly total: number;
  }>(),
  'study.event': command(z.strictObject({ ...inStudy, reader, event: readingEvent })).returns<null>(),
  /** Leaves a reader out of the analysis, with a reason that the report prints. */
  'study.exclude': command(
    z.strictObject({ ...inStudy, reader, reason: z.string().min(1).max(2000) }),
  ).returns<StudyDetail>(),
  /** Opens the key; no answers after it. `wrong-passphrase`. */
  'study.close': command(z.strictObject({ ...inStudy, passphrase })).returns<StudyDetail>(),
  /**
   * Removes a study that is not locked, or one that came in a pack; there answers go with it only if `discardAnswers`.
   * `wrong-state` for a study that was locked here: its log is the evidence of what was registered.
   */
  'study.delete': command(z.strictObject({ ...inStudy, discardAnswers: z.boolean() })).returns<null>(),
  /** Writes a new file for a reader on another workstation: protocol, order, scans, signing key; no truth. */
  'study.exportPack': command(z.strictObject({ ...inStudy, reader, passphrase, out: file })).returns<ReaderPack>(),
  /** Makes a study in state `reading` of a pack; nothing but reading it is possible here. `wrong-passphrase`, `bad-input`. */
  'study.importPack': command(z.strictObject({ project, path: file, passphrase })).returns<StudyDetail>(),
  /** Writes a new file with the log of a reading, signed by the reader's key. */
  'study.exportAnswers': command(z.strictObject({ ...inStudy, out: file })).returns<AnswersFile>(),
  /**
   * Adds answers from another workstation to the log of their study, once. `bad-input` for answers that do not belong to
   * it or were changed, `wrong-state` for a second merge and, unless `acceptUnfinished`, for answers to a part of the trials.
   */
  'study.mergeAnswers': command(z.strictObject({ project, path: file, acceptUnfinished: z.boolean() })).returns<{
    readonly study: StudyDetail;
    readonly answers: AnswersFile;
  }>(),
  /** Tells a pack from a file of answers. `bad-input` for anything else. */
  'study.identifyFile': command(z.strictObject({ path: file })).returns<StudyFile>(),
  /** The statistics of a reader study from a CSV file of anybody's trials; needs no project. */
  'study.analyze': command(
    z.strictObject({
      path: z.string().min(1), // absolute
      margin: z.number().gt(0).lt(0.5), // of the equivalence test: a share of right answers either side of chance
      seed: z.int().min(0),
    }),
  ).returns<TrialsReport>(),
  /** Ends what `study.analyze` is doing, which then fails with `cancelled`. */
  'study.stopAnalysis': command(z.strictObject({})).returns<null>(),
  /** The statistics of a closed study; writes the report (HTML, JSON, pictures, tables) into the project's reports. `wrong-state` before it is closed. */
  'study.report': command(z.strictObject(inStudy)).returns<StudyReport>(),
  'study.verify': command(z.strictObject(inStudy)).returns<StudyVerification>(),
} as const;
