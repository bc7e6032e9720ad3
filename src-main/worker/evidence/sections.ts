/** The sections of an evidence report by name; one that is not there is left out of the report. */
import type { EvidenceSection } from '#contract/evidence/request.ts';
import { anatomy } from './anatomy.ts';
import { likeness } from './likeness.ts';
import { privacy } from './privacy.ts';
import type { MeasureSection } from './section.ts';

export const sections: Partial<Record<EvidenceSection, MeasureSection>> = { likeness, anatomy, privacy };
