import type { FieldErrors } from '../resources/resource.js';

/** An answer that is an error: its status and its body, in the shapes that clients know. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(JSON.stringify(body));
  }

  /** 400 for a request that makes no sense as a whole. */
  static badRequest(detail: string): ApiError {
    return new ApiError(400, { detail });
  }

  /** 400 with what is wrong, by field. */
  static invalid(errors: FieldErrors): ApiError {
    return new ApiError(400, errors);
  }

  /** 401; says how one shows who one is. */
  static unauthenticated(
    detail = 'Authentication credentials were not provided. To establish a login session, visit /api/login/.',
  ): ApiError {
    return new ApiError(
      401,
      { detail },
      { 'WWW-Authenticate': 'Bearer realm=api authorization_url=/api/o/authorize/' },
    );
  }

  static forbidden(detail = 'You do not have permission to perform this action.'): ApiError {
    return new ApiError(403, { detail });
  }

  static notFound(detail = 'Not found.'): ApiError {
    return new ApiError(404, { detail });
  }

  /** 405; the header `Allow` says what is allowed. */
  static notAllowed(method: string, allowed: readonly string[]): ApiError {
    return new ApiError(
      405,
      { detail: `Method "${method}" not allowed.` },
      { Allow: allowed.join(', ') },
    );
  }

  static conflict(body: Readonly<Record<string, unknown>>): ApiError {
    return new ApiError(409, body);
  }
}
