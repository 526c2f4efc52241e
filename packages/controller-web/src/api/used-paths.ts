/** The addresses of the API that the pages use: types are generated for these alone. */
export const usedPaths = [
  '/api/v2/me/',
  '/api/v2/ping/',
  '/api/v2/unified_jobs/',
  '/api/v2/jobs/{id}/',
  '/api/v2/jobs/{id}/stdout/',
  '/api/v2/jobs/{id}/job_events/',
  '/api/v2/jobs/{id}/job_host_summaries/',
  '/api/v2/jobs/{id}/cancel/',
  '/api/v2/jobs/{id}/relaunch/',
  '/api/v2/job_templates/',
  '/api/v2/job_templates/{id}/',
  '/api/v2/job_templates/{id}/launch/',
  '/api/v2/instances/',
] as const;
