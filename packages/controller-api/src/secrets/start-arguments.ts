/** What passwords that were typed at launch are locked for. */
export const START_ARGUMENTS = 'unified_jobs.start_args';
