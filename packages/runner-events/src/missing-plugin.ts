import type { EventPlugin, PluginContext } from '@receptorjs/runner-core';
import { arrayOf, text, validateOptions } from '@receptorjs/validation';

/** An event plugin that users know, and how it announces itself where it is installed. */
export interface KnownPlugin {
  /** Its name, such as `log`. */
  readonly name: string;
  /** Name of its package, such as `runner-events-log` in any scope. */
  readonly package: string;
  /** Settings that ask for it, such as `runner_log_url`; the same as `ansibleRunnerPlugin.settings` in its manifest. */
  readonly settings: readonly string[];
}

/**
 * Takes the place of a plugin that is not installed: a run whose settings ask for the plugin is warned that nothing is sent, and
 * which package is to be installed. Give it to a run among its other plugins.
 *
 * @throws {InvalidArgumentError} for an option of the wrong kind or name.
 */
export function missingPlugin(known: KnownPlugin): EventPlugin {
  validateOptions<KnownPlugin>('missingPlugin', known, {
    name: text,
    package: text,
    settings: arrayOf(text),
  });
  return {
    name: known.name,
    open: (context) => {
      for (const key of known.settings)
        if (isAskedFor(context, key))
          context.warn(
            `${key} has no effect: the event plugin ${known.name} is not installed; install ${known.package} beside the runner.`,
          );
      return Promise.resolve(undefined);
    },
  };
}

/** Whether the settings or the environment of a run have a value for a key that asks for a plugin. */
export function isAskedFor({ settings, env }: PluginContext, key: string): boolean {
  const value = env[key.toUpperCase()] ?? settings[key] ?? '';
  return value !== '';
}
