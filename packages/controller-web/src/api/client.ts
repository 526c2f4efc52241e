import createClient, { type Middleware } from 'openapi-fetch';
import { ApiFailure } from './failure.js';
import type { paths } from './schema.js';

/** The value of a cookie; nothing where there is none. */
export function cookie(name: string): string | undefined {
  const found = document.cookie.split('; ').find((each) => each.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** What changes something shows that it comes from our pages; what goes wrong is thrown. */
const sessions: Middleware = {
  onRequest({ request }) {
    const token = cookie('csrftoken');
    if (request.method !== 'GET' && token !== undefined) request.headers.set('X-CSRFToken', token);
  },
  async onResponse({ response }) {
    if (!response.ok) throw await failureOf(response);
  },
  onError({ error }) {
    return error instanceof ApiFailure ? error : new ApiFailure(0, undefined);
  },
};

/** What is wrong with an answer. */
export async function failureOf(response: Response): Promise<ApiFailure> {
  const text = await response.text();
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiFailure(response.status, parsed(text), Number.isNaN(seconds) ? undefined : seconds);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Asks the API, by the addresses and types of its OpenAPI document. Throws {@link ApiFailure}. */
export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(sessions);

/** What was answered; a failure has been thrown by then. */
export async function answered<Data>(asked: Promise<{ data?: Data }>): Promise<Data> {
  const { data } = await asked;
  return data as Data;
}
