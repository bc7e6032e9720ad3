/** Counts what headers hold that does not come along, by tag and without values: for the report of an import. */
import type { DataSet } from 'dicom-parser';

/** Of DICOM PS3.15, table E.1-1: what names people, places and moments. */
const identifying: Readonly<Record<string, string>> = {
  x00080012: 'InstanceCreationDate', x00080013: 'InstanceCreationTime', x00080018: 'SOPInstanceUID',
  x00080020: 'StudyDate', x00080021: 'SeriesDate', x00080022: 'AcquisitionDate', x00080023: 'ContentDate',
  x0008002a: 'AcquisitionDateTime', x00080030: 'StudyTime', x00080031: 'SeriesTime', x00080032: 'AcquisitionTime',
  x00080033: 'ContentTime', x00080050: 'AccessionNumber', x00080080: 'InstitutionName', x00080081: 'InstitutionAddress',
  x00080082: 'InstitutionCodeSequence', x00080090: 'ReferringPhysicianName', x00080092: 'ReferringPhysicianAddress',
  x00080094: 'ReferringPhysicianTelephoneNumbers', x00080201: 'TimezoneOffsetFromUTC', x00081010: 'StationName',
  x00081030: 'StudyDescription', x0008103e: 'SeriesDescription', x00081040: 'InstitutionalDepartmentName',
  x00081048: 'PhysiciansOfRecord', x00081050: 'PerformingPhysicianName', x00081060: 'NameOfPhysiciansReadingStudy',
  x00081070: 'OperatorsName', x00081080: 'AdmittingDiagnosesDescription', x00081140: 'ReferencedImageSequence',
  x00082111: 'DerivationDescription', x00084000: 'IdentifyingComments', x00100010: 'PatientName', x00100020: 'PatientID',
  x00100021: 'IssuerOfPatientID', x00100030: 'PatientBirthDate', x00100032: 'PatientBirthTime',
  x00101000: 'OtherPatientIDs', x00101001: 'OtherPatientNames', x00101002: 'OtherPatientIDsSequence',
  x00101005: 'PatientBirthName', x00101020: 'PatientSize', x00101030: 'PatientWeight', x00101040: 'PatientAddress',
  x00101060: 'PatientMotherBirthName', x00102000: 'MedicalAlerts', x00102110: 'Allergies', x00102154: 'PatientTelephoneNumbers',
  x00102160: 'EthnicGroup', x00102180: 'Occupation', x001021b0: 'AdditionalPatientHistory',
  x001021c0: 'PregnancyStatus', x001021f0: 'PatientReligiousPreference', x00104000: 'PatientComments',
  x00181000: 'DeviceSerialNumber', x00181020: 'SoftwareVersions', x00181030: 'ProtocolName', x0020000d: 'StudyInstanceUID',
  x0020000e: 'SeriesInstanceUID', x00200010: 'StudyID', x00200052: 'FrameOfReferenceUID', x00204000: 'ImageComments',
  x00321032: 'RequestingPhysician', x00321033: 'RequestingService', x00321060: 'RequestedProcedureDescription',
  x00324000: 'StudyComments', x00380010: 'AdmissionID', x00400006: 'ScheduledPerformingPhysicianName',
  x00400244: 'PerformedProcedureStepStartDate', x00400245: 'PerformedProcedureStepStartTime',
  x00400253: 'PerformedProcedureStepID', x00400254: 'PerformedProcedureStepDescription',
  x00400275: 'RequestAttributesSequence', x0040a124: 'UID', x0040a730: 'ContentSequence',
}; // prettier-ignore

/** What an import reads into the project, or what describes the voxels themselves; groups 2 and 28 besides. */
const kept = new Set(['x00080008', 'x00080016', 'x00080060', 'x00080070', 'x00081090', 'x00101010', 'x00100040', 'x00180050', 'x00180080', 'x00180081', 'x00180082', 'x00180086', 'x00180087', 'x00180088', 'x00181314', 'x00200011', 'x00200013', 'x00200032', 'x00200037', 'x00201002', 'x7fe00010']); // prettier-ignore

export interface RemovedElements {
  readonly elements: readonly { readonly tag: string; readonly keyword: string; readonly files: number }[];
  /** Public ones that are neither in the table nor read, over all files. */
  readonly others: number;
  readonly privates: number;
}

export interface ElementCount {
  /** The header of one file. */
  add(data: DataSet): void;
  result(): RemovedElements;
}

function visit(data: DataSet, see: (tag: string) => void): void {
  for (const [tag, element] of Object.entries(data.elements)) {
    see(tag);
    for (const { dataSet } of element.items ?? []) if (dataSet !== undefined) visit(dataSet, see);
  }
}

export function createElementCount(): ElementCount {
  const files = new Map<string, number>();
  let [others, privates] = [0, 0];
  return {
    add: (data) => {
      const seen = new Set<string>();
      visit(data, (tag) => {
        if (parseInt(tag.slice(1, 5), 16) % 2 === 1) privates++;
        else if (tag in identifying) seen.add(tag);
        else if (!kept.has(tag) && !/^x(0002|0028|fffe)/.test(tag)) others++;
      });
      for (const tag of seen) files.set(tag, (files.get(tag) ?? 0) + 1);
    },
    result: () => ({
      elements: [...files]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([tag, count]) => ({
          tag: `(${tag.slice(1, 5)},${tag.slice(5)})`,
          keyword: identifying[tag] ?? '',
          files: count,
        })),
      others,
      privates,
    }),
  };
}
