import type { PluginContext } from '@receptorjs/runner-core';
import { readFile } from 'node:fs/promises';
import { object, text, validateArgument } from '@receptorjs/validation';
import { EventPluginError } from './errors.js';

/**
 * Reads a plugin's settings: keys of `env/settings`, over which an environment variable of the same name in capitals wins, an
 * empty one too. What can't be used is an {@link EventPluginError} with `code` `configuration` that names the key, and the
 * value only where that is no secret.
 */
export class PluginSettings {
  readonly #context: Pick<PluginContext, 'settings' | 'env'>;
  readonly #prefix: string;

  /** @param prefix beginning of all keys, such as `runner_http` */
  constructor(context: Pick<PluginContext, 'settings' | 'env'>, prefix: string) {
    validateArgument('new PluginSettings', 'context', context, object);
    validateArgument('new PluginSettings', 'prefix', prefix, text);
    this.#context = context;
    this.#prefix = prefix;
  }

  /** The full key of a setting, as errors show it. */
  key(name: string): string {
    return `${this.#prefix}_${name}`;
  }

  /** A text; `undefined` when it is absent or empty. */
  text(name: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined || value === '') return undefined;
    return typeof value === 'string' ? value : this.reject(name, 'a text');
  }

  /** `true` or `false`; in variables also `1`, `0`, `yes` and `no`. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.#value(name) ?? '';
    if (value === '') return fallback;
    if (typeof value === 'boolean') return value;
    const text = typeof value === 'string' ? value.toLowerCase() : '';
    if (['true', '1', 'yes'].includes(text)) return true;
    if (['false', '0', 'no'].includes(text)) return false;
    return this.reject(name, 'true or false');
  }

  /** A number between the bounds, which are allowed too. */
  number(name: string, fallback: number, bounds: { min: number; max: number }): number {
    const value = this.#value(name) ?? '';
    if (value === '') return fallback;
    const number = typeof value === 'string' ? Number(value) : value;
    return typeof number === 'number' && number >= bounds.min && number <= bounds.max
      ? number
      : this.reject(name, `a number from ${bounds.min} to ${bounds.max}`);
  }

  /** Names and texts; numbers and booleans are taken as their texts. Not read from the environment. */
  texts(name: string): Readonly<Record<string, string>> {
    const value = this.#context.settings[this.key(name)] ?? {};
    const allowed = 'a mapping of names to texts';
    if (typeof value !== 'object' || Array.isArray(value)) return this.reject(name, allowed);
    return Object.fromEntries(
      Object.entries(value).map(([key, text]: [string, unknown]) =>
        typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean'
          ? [key, String(text)]
          : this.reject(name, allowed),
      ),
    );
  }

  /** The content of the file a setting names. */
  async file(name: string): Promise<Buffer | undefined> {
    const path = this.text(name);
    if (path === undefined) return undefined;
    try {
      return await readFile(path);
    } catch (cause) {
      const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      throw new EventPluginError(
        'configuration',
        `${this.key(name)}: the file ${path} can't be read: ${why}.`,
        { cause },
      );
    }
  }

  /** @throws {EventPluginError}, always. */
  reject(name: string, allowed: string): never {
    const key = this.key(name);
    throw new EventPluginError(
      'configuration',
      `${key} (or ${key.toUpperCase()}) must be ${allowed}.`,
    );
  }

  #value(name: string): unknown {
    const key = this.key(name);
    return this.#context.env[key.toUpperCase()] ?? this.#context.settings[key] ?? undefined;
  }
}
