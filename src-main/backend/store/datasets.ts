/** The tables of datasets, their participants and their volumes. */
import { AppError } from '#contract/errors.ts';
import { datasetRecord, volumeRecord, type DatasetRecord, type VolumeRecord } from '#contract/records.ts';
import { largestBrainMl } from '#shared/volume/wholeHead.ts';
import type { Connection } from './connection.ts';
import { fromJson, parseRow, toJson } from './rows.ts';

interface VolumeRow {
  readonly id: string;
  readonly dataset_id: string;
  readonly subject: string;
  readonly session: string; // '' for none
  readonly split: string;
  readonly path: string;
  readonly sha256: string;
  readonly label_path: string | null;
  readonly label_sha256: string | null;
  readonly thumbnail_path: string | null;
  readonly thumbnail_sha256: string | null;
  readonly low: string | null;
  readonly removed: number; // 0 or 1
  readonly source_file: string;
  readonly source_sha256: string;
  readonly affine: string;
  readonly transform: string;
  readonly quality: string | null;
  readonly accepted: number; // 0 or 1
  readonly warnings: string;
}

export interface NewVolume {
  readonly record: VolumeRecord;
  readonly labelSha256: string | null;
  readonly thumbnailSha256: string | null;
}

export type NewDataset = Omit<DatasetRecord, 'volumes' | 'train' | 'heldout' | 'heads'> & { readonly jobId: string };

/** A file of a dataset and the hash it should have; paths relative to the project. */
export interface VolumeFile {
  readonly path: string;
  readonly sha256: string;
}

const volumeFromRow = (row: VolumeRow & { readonly attributes: string }): VolumeRecord =>
  parseRow(volumeRecord, 'volumes', {
    id: row.id,
    subject: row.subject,
    session: row.session === '' ? null : row.session,
    split: row.split,
    path: row.path,
    sha256: row.sha256,
    labelPath: row.label_path,
    thumbnailPath: row.thumbnail_path,
    low: row.low === null ? null : fromJson(row.low, 'volumes'),
    removed: row.removed === 1,
    sourceFile: row.source_file,
    sourceSha256: row.source_sha256,
    affine: fromJson(row.affine, 'volumes'),
    transform: fromJson(row.transform, 'volumes'),
    attributes: fromJson(row.attributes, 'participants'),
    quality: row.quality === null ? null : fromJson(row.quality, 'volumes'),
    accepted: row.accepted === 1,
    warnings: fromJson(row.warnings, 'volumes'),
  });

const datasetColumns = `d.id, d.name, d.grid, d.spacing_mm AS spacingMm, d.fingerprint, d.seed, d.holdout, d.created_at AS createdAt,
  (SELECT count(*) FROM volumes v WHERE v.dataset_id = d.id AND v.removed = 0) AS volumes,
  (SELECT count(*) FROM volumes v WHERE v.dataset_id = d.id AND v.removed = 0 AND v.split = 'train') AS train,
  (SELECT count(*) FROM volumes v WHERE v.dataset_id = d.id AND v.removed = 0 AND v.split = 'heldout') AS heldout,
  (SELECT count(*) FROM volumes v WHERE v.dataset_id = d.id AND v.removed = 0 AND v.split = 'train'
     AND (v.transform ->> 'isHead' = 1 OR v.transform ->> 'brainMl' > ${String(largestBrainMl)})) AS heads`;

const datasetFromRow = (row: unknown): DatasetRecord => parseRow(datasetRecord, 'datasets', row);

export function datasetsIn(db: Connection) {
  const list = (): readonly DatasetRecord[] =>
    db.prepare<[]>(`SELECT ${datasetColumns} FROM datasets d ORDER BY d.rowid`).all().map(datasetFromRow);

  /** The dataset `where` finds, or `not-found` naming what there is. */
  const find = (where: 'name' | 'id', value: string): DatasetRecord => {
    const row = db.prepare<[string]>(`SELECT ${datasetColumns} FROM datasets d WHERE d.${where} = ?`).get(value);
    if (row !== undefined) return datasetFromRow(row);
    const names = list().map((dataset) => `"${dataset.name}"`);
    const hint = names.length === 0 ? 'It has none yet: import a folder first.' : `It has: ${names.join(', ')}.`;
    throw new AppError('not-found', `The project has no dataset "${value}". ${hint}`);
  };

  const volumesOf = (datasetId: string): readonly VolumeRecord[] =>
    db
      .prepare<[string], VolumeRow & { attributes: string }>(
        `SELECT v.*, p.attributes FROM volumes v
         JOIN participants p ON p.dataset_id = v.dataset_id AND p.subject = v.subject AND p.session = v.session
         WHERE v.dataset_id = ? ORDER BY v.subject, v.source_file`,
      )
      .all(datasetId)
      .map(volumeFromRow);

  return {
    /** Dataset, participants and volumes; call it inside a transaction, so that all of it or nothing is kept. */
    insert: (dataset: NewDataset, volumes: readonly NewVolume[]): void => {
      db.prepare<[NewDataset]>(
        `INSERT INTO datasets (id, name, grid, spacing_mm, fingerprint, seed, holdout, job_id, created_at)
         VALUES (@id, @name, @grid, @spacingMm, @fingerprint, @seed, @holdout, @jobId, @createdAt)`,
      ).run(dataset);
      const participant = db.prepare<[string, string, string, string]>(
        `INSERT INTO participants (dataset_id, subject, session, attributes) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET attributes = excluded.attributes`,
      );
      for (const { record } of volumes) {
        participant.run(dataset.id, record.subject, record.session ?? '', JSON.stringify(record.attributes));
      }
      const volume = db.prepare<[VolumeRow]>(
        `INSERT INTO volumes (id, dataset_id, subject, session, split, path, sha256, label_path, label_sha256,
           thumbnail_path, thumbnail_sha256, low, removed, source_file, source_sha256, affine, transform, quality, accepted, warnings)
         VALUES (@id, @dataset_id, @subject, @session, @split, @path, @sha256, @label_path, @label_sha256,
           @thumbnail_path, @thumbnail_sha256, @low, @removed, @source_file, @source_sha256, @affine, @transform, @quality,
           @accepted, @warnings)`,
      );
      for (const { record, labelSha256, thumbnailSha256 } of volumes) {
        volume.run({
          id: record.id,
          dataset_id: dataset.id,
          subject: record.subject,
          session: record.session ?? '',
          split: record.split,
          path: record.path,
          sha256: record.sha256,
          label_path: record.labelPath,
          label_sha256: labelSha256,
          thumbnail_path: record.thumbnailPath,
          thumbnail_sha256: thumbnailSha256,
          low: record.low === null ? null : JSON.stringify(record.low),
          removed: record.removed ? 1 : 0,
          source_file: record.sourceFile,
          source_sha256: record.sourceSha256,
          affine: JSON.stringify(record.affine),
          transform: JSON.stringify(record.transform),
          quality: record.quality === null ? null : JSON.stringify(record.quality),
          accepted: record.accepted ? 1 : 0,
          warnings: toJson(record.warnings) ?? '[]',
        });
      }
    },

    list,
    byName: (name: string): DatasetRecord => find('name', name),
    byId: (id: string): DatasetRecord => find('id', id),
    hasName: (name: string): boolean =>
      db.prepare<[string]>('SELECT 1 FROM datasets WHERE name = ?').get(name) !== undefined,

    /** What training and synthesis work with: all but the removed ones. By subject, then source file. */
    volumes: (datasetId: string): readonly VolumeRecord[] => volumesOf(datasetId).filter(({ removed }) => !removed),

    /** Also the removed ones. */
    allVolumes: volumesOf,

    /** The dataset that a volume belongs to; throws `not-found`. */
    ofVolume: (volumeId: string): DatasetRecord => {
      const id = db.prepare<[string], string>('SELECT dataset_id FROM volumes WHERE id = ?').pluck().get(volumeId);
      if (id === undefined) throw new AppError('not-found', `The project has no volume "${volumeId}".`);
      return find('id', id);
    },

    /** Call it inside a transaction together with `setFingerprint`. */
    setRemoved: (volumeId: string, removed: boolean): void => {
      db.prepare<[number, string]>('UPDATE volumes SET removed = ? WHERE id = ?').run(removed ? 1 : 0, volumeId);
    },

    setAccepted: (volumeId: string, accepted: boolean): void => {
      db.prepare<[number, string]>('UPDATE volumes SET accepted = ? WHERE id = ?').run(accepted ? 1 : 0, volumeId);
    },

    setFingerprint: (datasetId: string, fingerprint: string): void => {
      db.prepare<[string, string]>('UPDATE datasets SET fingerprint = ? WHERE id = ?').run(fingerprint, datasetId);
    },

    /** Every file the project's datasets need. */
    files: (): readonly VolumeFile[] =>
      db
        .prepare<[], VolumeFile>(
          `SELECT path, sha256 FROM volumes
           UNION ALL SELECT label_path, label_sha256 FROM volumes WHERE label_path IS NOT NULL AND label_sha256 IS NOT NULL
           UNION ALL SELECT thumbnail_path, thumbnail_sha256 FROM volumes WHERE thumbnail_path IS NOT NULL AND thumbnail_sha256 IS NOT NULL
           UNION ALL SELECT low ->> 'path', low ->> 'sha256' FROM volumes WHERE low IS NOT NULL`,
        )
        .all(),
  };
}
