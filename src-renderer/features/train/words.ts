/** Figures of training in words of the messages `train.*`. */
import { durationWords } from '#ui/duration.ts';
import { useI18n } from 'vue-i18n';
import type { Fault, NumberField } from './formFields.ts';
import { throughput } from './runSummary.ts';

const megabytesPerGigabyte = 1000;
const bytesPerGibibyte = 2 ** 30;
/** Of updates that take milliseconds. */
const shortSeconds = 10;

export interface TrainWords {
  duration(seconds: number): string;
  /** '1.2 it/s' or '3.4 s/it'. */
  pace(secondsPerIteration: number): string;
  paceInWords(secondsPerIteration: number): string;
  memory(megabytes: number): string;
  /** '5.3 GiB'. */
  gibibytes(bytes: number): string;
  range(field: NumberField): string;
  fault(fault: Fault): string;
  count(value: number): string;
}

export function useTrainWords(): TrainWords {
  const { t, n } = useI18n();
  const figures = (value: number, digits: number): string => n(value, { maximumSignificantDigits: digits });
  const paced = (messages: string, secondsPerIteration: number): string => {
    const { key, value } = throughput(secondsPerIteration);
    return t(`${messages}.${key}`, { value: figures(value, 3) });
  };
  return {
    duration: (seconds) => {
      if (seconds < shortSeconds) return t('train.seconds', { value: figures(seconds, 2) });
      const { key, values } = durationWords(seconds);
      return t(key, values);
    },
    pace: (seconds) => paced('train.paceShort', seconds),
    paceInWords: (seconds) => paced('train.pace', seconds),
    memory: (megabytes) =>
      megabytes < megabytesPerGigabyte
        ? t('train.megabytes', { value: figures(megabytes, 3) })
        : t('train.gigabytes', { value: figures(megabytes / megabytesPerGigabyte, 2) }),
    gibibytes: (bytes) =>
      t('train.gibibytes', {
        value: n(bytes / bytesPerGibibyte, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
      }),
    range: ({ isWhole, low, high }) => {
      const type = t(isWhole ? 'train.range.whole' : 'train.range.number');
      const from = low && (low.isOpen ? t('train.range.above', { value: low.value }) : String(low.value));
      const to = high && (high.isOpen ? t('train.range.below', { value: high.value }) : String(high.value));
      if (from !== null && to !== null) return t('train.range.both', { type, low: from, high: to });
      if (from !== null) return t('train.range.low', { type, low: from });
      return to === null ? type : t('train.range.high', { type, high: to });
    },
    fault: ({ key, bound }) => t(`train.fault.${key}`, { bound }),
    count: (value) => n(value),
  };
}
