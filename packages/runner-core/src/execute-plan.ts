import type { EventFeed } from './events/event-feed.js';
import type { JobPlan } from './plan/job-plan.js';
import { Job, type JobOptions } from './job.js';
import { PluginSinks } from './events/plugin-sinks.js';
import { RunResult } from './run-result.js';
import type { Mapping } from './inputs/mapping-file.js';
import type { TerminalLauncher } from './process/terminal/terminal-launcher.js';

/**
 * Carries a plan out, event plugins included.
 *
 * @param settings as they were merged; plugins have theirs among them
 * @param terminal that the job may have
 * @throws {CallbackError} when a handler threw, ConfigurationError when a plugin refuses its settings.
 */
export async function executePlan(
  plan: JobPlan,
  options: JobOptions,
  settings: Mapping,
  feed?: EventFeed,
  terminal?: TerminalLauncher,
): Promise<RunResult> {
  for (const warning of plan.warnings) options.onWarning?.(warning);
  const { ident, artifactDir, artifactRoot, factCache } = plan;
  const sinks = await PluginSinks.open(options.plugins ?? [], {
    ident,
    settings,
    env: process.env,
    artifactDir,
    artifactRoot,
    warn: (sentence) => options.onWarning?.(sentence),
  });
  const end = await new Job(plan, options, sinks, feed, terminal)
    .run()
    .finally(() => sinks.close());
  return new RunResult({ ...end, ident, artifactDir, deliveries: await sinks.close() }, factCache);
}
