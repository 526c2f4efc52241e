import { queryOptions } from '@tanstack/react-query';
import { answered, api, cookie, failureOf } from './client.js';
import { ApiFailure } from './failure.js';

/** Who is logged in; `null` for nobody. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: 60_000,
  queryFn: async () => {
    try {
      const { results } = await answered(api.GET('/api/v2/me/'));
      return results[0] ?? null;
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 401) return null;
      throw error;
    }
  },
});

/**
 * Begins a session.
 *
 * @throws {ApiFailure} 401 for a wrong password, 429 for too many of them
 */
export async function login(username: string, password: string): Promise<void> {
  // gives the cookie that a login must carry
  await fetchOrFail('/api/');
  const body = new URLSearchParams({ username, password, next: '/api/' });
  const headers = { 'X-CSRFToken': cookie('csrftoken') ?? '' };
  await fetchOrFail('/api/login/', { method: 'POST', headers, body });
}

/** Ends the session. */
export async function logout(): Promise<void> {
  const headers = { 'X-CSRFToken': cookie('csrftoken') ?? '' };
  await fetchOrFail('/api/logout/', { method: 'POST', headers });
}

async function fetchOrFail(url: string, init?: RequestInit): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new ApiFailure(0, undefined);
  }
  if (!response.ok) throw await failureOf(response);
}
