import { t } from 'i18next';

/** A request that was not answered as it should be, in words for whoever sees it. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';

  /** @param status of HTTP; 0 where no answer came */
  constructor(
    readonly status: number,
    /** What the controller said: `detail`, or what is wrong by field. */
    readonly body: unknown,
    /** Seconds after which it may be tried again, where the controller says so. */
    readonly retryAfter?: number,
  ) {
    super(wordsOf(status, body));
  }
}

/** What the controller said, else what its status means. */
function wordsOf(status: number, body: unknown): string {
  if (status === 0) return t('problem.network');
  if (status === 403) return t('problem.forbidden');
  const said = saidIn(body);
  if (said !== '') return said;
  if (status === 404) return t('problem.gone');
  return status >= 500 ? t('problem.server') : t('problem.status', { status });
}

function saidIn(body: unknown): string {
  if (typeof body === 'string') return '';
  if (typeof body !== 'object' || body === null) return '';
  const { detail, ...fields } = body as Record<string, unknown>;
  if (typeof detail === 'string') return detail;
  return Object.entries(fields)
    .map(([name, what]) => `${name}: ${Array.isArray(what) ? what.join(' ') : String(what)}`)
    .join(' ');
}
