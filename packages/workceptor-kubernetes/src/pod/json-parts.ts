import { isJsonObject, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';

/** The object under a key; an empty one where there is something else, or nothing. */
export function objectIn(parent: JsonObject, name: string): JsonObject {
  const value = parent[name];
  return isJsonObject(value ?? null) ? (value as JsonObject) : {};
}

/** The list under a key; an empty one where there is something else, or nothing. */
export function listIn(parent: JsonObject, name: string): readonly JsonValue[] {
  const value = parent[name];
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
