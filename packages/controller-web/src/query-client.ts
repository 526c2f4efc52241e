import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiFailure } from './api/failure.js';
import { meQuery } from './api/session.js';

const MAX_TRIES = 2;

/** A session that has ended leads to the login, whatever was asked. */
function noticeEnd(error: unknown): void {
  if (error instanceof ApiFailure && error.status === 401)
    queryClient.setQueryData(meQuery.queryKey, null);
}

/** All that is known of the controller. What is refused is refused again; what did not get there is tried again. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: {
      staleTime: 5000,
      retry: (count, error) =>
        count < MAX_TRIES &&
        !(error instanceof ApiFailure && error.status >= 400 && error.status < 500),
    },
  },
});
