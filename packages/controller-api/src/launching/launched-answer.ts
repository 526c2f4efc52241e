import type { ApiParts } from '../endpoints/api-parts.js';
import type { Call } from '../endpoints/endpoint.js';
import { ApiError } from '../errors/api-error.js';
import type { Resource } from '../resources/resource.js';

/** What was launched, as it is answered. @throws {ApiError} 404 where it is gone by now */
export async function answerOf(
  resource: Resource,
  id: number,
  { context, presenter }: ApiParts,
  call: Call,
): Promise<Record<string, unknown>> {
  const row = await context.store.get(resource.path, id);
  if (row === undefined) throw ApiError.notFound();
  const answer = await presenter.one(resource, row, call.user);
  call.reply.header('Location', answer['url']);
  return answer;
}
