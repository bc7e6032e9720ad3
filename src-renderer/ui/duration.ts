/** Durations as a key of the messages `ui.duration.*` and its numbers: at most two units, as a person would say it. */

export interface DurationWords {
  readonly key: string;
  readonly values: Readonly<Record<string, number>>;
}

export function durationWords(seconds: number): DurationWords {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(whole / 3600);
  const days = Math.floor(hours / 24);
  if (days > 0) return { key: 'ui.duration.days', values: { days, hours: hours % 24 } };
  if (hours > 0) return { key: 'ui.duration.hours', values: { hours, minutes: minutes % 60 } };
  if (minutes > 0) return { key: 'ui.duration.minutes', values: { minutes, seconds: whole % 60 } };
  return { key: 'ui.duration.seconds', values: { seconds: whole } };
}
