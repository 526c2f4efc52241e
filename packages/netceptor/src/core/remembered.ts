import { ownCopy } from './own-copy.js';

/** The most entries of a map by peer; the one not asked for longest is forgotten first. */
const MAX_REMEMBERED = 4096;

/** The entry of a bounded map, made when there is none, which is now the one asked for last. */
export function remembered<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  const value = known ?? make();
  if (known !== undefined) map.delete(key);
  map.set(known === undefined ? ownCopy(key) : key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
  return value;
}
