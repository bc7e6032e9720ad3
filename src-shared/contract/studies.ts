/** The expert Turing test: its design, what is registered and sealed, and what a reader answers. */
import { z } from 'zod';

const seed = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `draft`: its scans are being prepared; `ready`: to be locked; `reading`: a pack on a reader's workstation. */
export const studyState = z.enum(['draft', 'ready', 'locked', 'reading', 'closed']);
export type StudyState = z.infer<typeof studyState>;

/** `single`: is this scan real or synthetic? `pair`: which of two is synthetic, the first or the second? */
const studyProtocolKind = z.enum(['single', 'pair']);
export type StudyProtocolKind = z.infer<typeof studyProtocolKind>;
export const studyTool = z.enum(['scroll', 'window', 'zoom']);
export type StudyTool = z.infer<typeof studyTool>;

export const studyReader = z.strictObject({
  name: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u, 'letters, digits, spaces, . _ - and no more than 40'),
  role: z.string().max(80), // '' where nobody said
  years: z.number().min(0).max(80).nullable(), // of experience
});
export type StudyReader = z.infer<typeof studyReader>;

/** What is removed from all scans alike so that nothing but anatomy and texture is left to tell them by. */
export const studyRemedy = z.enum(['match-histogram', 'match-sharpness', 'common-box']);
export type StudyRemedy = z.infer<typeof studyRemedy>;

export const studyDesign = z.strictObject({
  name: z.string().min(1).max(100),
  real: z.strictObject({
    dataset: z.string(), // its name
    split: z.enum(['heldout', 'train', 'all']), // scans that networks learned from are a warning in the report
  }),
  /** Ids of syntheses of the project, and absolute folders, searched with what is in them. */
  synthetic: z.array(z.string().min(1)).min(1),
  protocol: studyProtocolKind,
  realism: z.boolean(), // ask for 1 (poor) to 5 (perfect) besides
  trials: z.int().min(2).max(2000), // first showings a reader: half of them real; of pairs: pairs
  repeats: z.int().min(0).max(500), // shown once more to the same reader
  practice: z.int().min(0).max(50), // before the trials, of scans of their own; not analysed
  timeLimitSeconds: z.int().positive().max(3600).nullable(), // for an answer; null: free
  tools: z.array(studyTool),
  margin: z.number().gt(0).lt(0.5), // of the equivalence test
  seed,
});
export type StudyDesign = z.infer<typeof studyDesign>;

/** One way to tell the scans apart without looking at brains. */
export const fairnessCue = z.strictObject({
  cue: z.enum(['background', 'histogram', 'spectrum', 'box', 'sharpness', 'file']),
  auc: z.number().min(0).max(1), // cross-validated
  ci95: z.tuple([z.number(), z.number()]).nullable(),
  /** `possible`: above 0.6, and chance alone may do that with so few scans; `cue`: above 0.6 and beyond chance. */
  verdict: z.enum(['clear', 'possible', 'cue']),
  words: z.string(),
  remedy: studyRemedy.nullable(), // what removes it; null: nothing that Doppel does
});
export type FairnessCue = z.infer<typeof fairnessCue>;

export const fairnessReport = z.strictObject({
  real: z.int().positive(), // scans of each kind that were compared
  synthetic: z.int().positive(),
  folds: z.int().positive(),
  rounds: z.int().positive(),
  limit: z.number(), // of the AUC
  remedies: z.array(studyRemedy), // applied before
  fair: z.boolean(), // no cue
  cues: z.array(fairnessCue),
});
export type FairnessReport = z.infer<typeof fairnessReport>;

/** Of one case before the study is locked and after it is closed; in between it is in the sealed key alone. */
export const caseTruth = z.strictObject({
  isSynthetic: z.boolean(),
  source: z.string(), // id of the volume, or the file's path
  split: z.enum(['train', 'heldout']).nullable(), // null: synthetic
  model: z.string().nullable(), // this and the next two: null where the scan's own description does not say
  checkpoint: z.string().nullable(), // hash of its weights
  seed: z.int().nullable(),
});
export type CaseTruth = z.infer<typeof caseTruth>;

export const studyCase = z.strictObject({ id: z.string(), sha256, bytes: z.int().positive() });
export type StudyCase = z.infer<typeof studyCase>;

/** `protocol.json`: what was registered when the study was locked. It says nothing of any scan's truth. */
export const studyProtocol = z.strictObject({
  format: z.literal('doppel-study-1'),
  id: z.string(),
  design: studyDesign.omit({ synthetic: true }),
  readers: z.array(
    studyReader.extend({
      pin: z.strictObject({ salt: z.string(), hash: z.string() }).nullable(), // scrypt; null: none
      publicKey: z.string(), // Ed25519, SPKI in base64: answers from another workstation are signed
    }),
  ),
  cases: z.array(studyCase), // by id, which is random
  practice: z.array(z.string()), // ids of cases
  pairs: z.array(z.tuple([z.string(), z.string()])), // of cases, as shown; empty for single scans
  fairness: fairnessReport,
  overrideFairness: z.string().nullable(), // why it was locked in spite of a cue
  warnings: z.array(z.string()),
  sealing: z.strictObject({
    commitment: z.literal('sha256(salt || canonical JSON)'),
    cipher: z.literal('aes-256-gcm'),
    derivation: z.strictObject({ name: z.literal('scrypt'), n: z.int(), r: z.int(), p: z.int() }),
  }),
});
export type StudyProtocol = z.infer<typeof studyProtocol>;

/** Along x, y and z of the file, from 0. */
export const voxel = z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.int().nonnegative()]);

/** What a reader says of a trial. */
export const studyAnswer = z.strictObject({
  verdict: z.enum(['real', 'synthetic', 'first', 'second']), // of pairs: which one is synthetic
  /** 1 definitely real … 6 definitely synthetic (of pairs: the second is). */
  confidence: z.int().min(1).max(6),
  realism: z.int().min(1).max(5).nullable(),
  comment: z.string().max(2000),
  marks: z.array(voxel).max(20), // what gave it away, in voxels of the scan
  reactionMs: z.number().nonnegative().nullable(), // from the scan on the screen to the answer
  slicesViewed: z.int().nonnegative().nullable(),
  windowChanges: z.int().nonnegative().nullable(),
  isTimedOut: z.boolean(), // answered by the clock's end
});
export type StudyAnswer = z.infer<typeof studyAnswer>;

export const readingEvent = z.enum(['begin', 'pause', 'resume', 'break', 'leave']);

const placedMark = z.strictObject({ x: z.number(), y: z.number(), isNear: z.boolean() });
/** A scan as a report shows it, three slices side by side: its size in pixels, and of each mark its places on the slices. */
export const drawnCase = z.strictObject({
  caseId: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  marks: z.array(z.array(placedMark)),
});
export type DrawnCase = z.infer<typeof drawnCase>;
