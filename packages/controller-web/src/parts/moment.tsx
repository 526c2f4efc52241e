import i18next from 'i18next';

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const SECONDS_OF_MINUTE = 60;
const SECONDS_OF_HOUR = 3600;

/** A point in time, in the zone of whoever looks. */
export function Moment({ at }: { at: string | null | undefined }) {
  if (at === null || at === undefined) return <span>–</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={date.toISOString()}>
      {format.format(date)}
    </time>
  );
}

/** How long something took, in words. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const s = whole % SECONDS_OF_MINUTE;
  const m = Math.floor(whole / SECONDS_OF_MINUTE) % SECONDS_OF_MINUTE;
  const h = Math.floor(whole / SECONDS_OF_HOUR);
  if (h > 0) return i18next.t('time.hours', { h, m });
  if (m > 0) return i18next.t('time.minutes', { m, s });
  return i18next.t('time.seconds', { s: seconds.toFixed(1) });
}
