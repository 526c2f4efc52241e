/**
 * Which faults which requests get. It alone counts how often a rule was used.
 */
export class FaultRules {
  /** @type {{ rule: import('./index.d.mts').FaultRule, seen: number }[]} */
  #rules = [];

  /** @param {import('./index.d.mts').FaultRule} rule @returns {() => void} removes it */
  add(rule) {
    const entry = { rule, seen: 0 };
    this.#rules.push(entry);
    return () => void (this.#rules = this.#rules.filter((other) => other !== entry));
  }

  clear() {
    this.#rules = [];
  }

  /**
   * The fault of the first rule that wants this request.
   *
   * @param {string} method
   * @param {string} url path and query
   * @returns {import('./index.d.mts').Fault | undefined}
   */
  take(method, url) {
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (!matches(rule, method, url)) continue;
      const turn = entry.seen - (rule.skip ?? 0);
      entry.seen += 1;
      if (turn >= 0 && turn < (rule.times ?? Infinity)) return rule.fault;
    }
    return undefined;
  }
}

/**
 * @param {import('./index.d.mts').RequestMatch} match
 * @param {string} method
 * @param {string} url
 */
export function matches({ verb, path }, method, url) {
  if (
    verb !== undefined &&
    !(/** @type {readonly string[]} */ ([verb].flat()).includes(verbOf(method, url)))
  )
    return false;
  return path === undefined || path.test(url);
}

/** The names of a pod's streams, which are resources of their own. */
const STREAMS = ['log', 'attach', 'exec', 'portforward'];

/**
 * What a request does, as RBAC names it; a pod's stream by the name of the stream.
 *
 * @param {string} method
 * @param {string} url path and query
 * @returns {import('./index.d.mts').Verb | 'other'}
 */
export function verbOf(method, url) {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  const parts = pathname.split('/').slice(1);
  const last = parts.at(-1) ?? '';
  if (parts.includes('pods') && STREAMS.includes(last))
    return /** @type {import('./index.d.mts').Verb} */ (last);
  // behind the group and version: [namespaces, NAME,] RESOURCE [, NAME [, SUBRESOURCE]]
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  const resource = rest[0] === 'namespaces' && rest.length > 2 ? rest.slice(2) : rest;
  const isNamed = resource.length > 1;
  switch (method) {
    case 'GET':
      if (['1', 'true'].includes(searchParams.get('watch') ?? '')) return 'watch';
      return isNamed ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return isNamed ? 'delete' : 'deletecollection';
    default:
      return 'other';
  }
}
