import { Agent, request } from 'node:https';

const TIMEOUT_MS = 30_000;

/** An answer of the API server that is no success. */
export class ApiError extends Error {
  /** @override */
  name = 'ApiError';
  /**
   * @param {string} message
   * @param {number} status of HTTP
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The few requests that a fixture has; one login. */
export class ApiClient {
  #agent;
  #server;
  #token;

  /**
   * @param {string} server URL
   * @param {string} ca PEM
   * @param {string} token
   */
  constructor(server, ca, token) {
    this.#server = server;
    this.#token = token;
    this.#agent = new Agent({ ca, keepAlive: false });
  }

  /**
   * @param {string} method
   * @param {string} path with its query
   * @param {unknown} [body] sent as JSON
   * @param {string} [type] of the body
   * @returns {Promise<any>} the JSON of the answer; its text where it is no JSON
   * @throws ApiError for an answer of 400 or more
   */
  async request(method, path, body, type = 'application/json') {
    const { status, text } = await new Promise(
      (
        /** @type {(answer: { status: number, text: string }) => void} */ resolve,
        /** @type {(error: Error) => void} */ reject,
      ) => {
        const sent = request(new URL(path, this.#server), {
          method,
          agent: this.#agent,
          timeout: TIMEOUT_MS,
          headers: {
            authorization: `Bearer ${this.#token}`,
            ...(body === undefined ? {} : { 'content-type': type }),
          },
        });
        sent.on('timeout', () => sent.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
        sent.on('error', reject);
        sent.on('response', (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk) => (text += chunk));
          answer.on('error', reject);
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
        });
        sent.end(body === undefined ? undefined : JSON.stringify(body));
      },
    );
    if (status >= 400) throw new ApiError(`${method} ${path}: ${status} ${text}`, status);
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
}
