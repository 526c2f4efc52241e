import type { DeliverySummary, EventPlugin } from '@receptorjs/runner-core';
import { findEventPlugins } from '@receptorjs/runner-events';

/** The event plugins that are installed beside this program. One that can't be loaded is warned of. */
export async function installedPlugins(
  warn: (sentence: string) => void,
): Promise<readonly EventPlugin[]> {
  const { plugins, problems } = await findEventPlugins({ from: import.meta.url });
  for (const problem of problems) warn(problem.message);
  return plugins;
}

/** What became of a run's statuses and events, a sentence for each plugin. */
export function deliverySentence(summary: DeliverySummary): string {
  const { plugin, target, delivered, undelivered, dropped, retries } = summary;
  const parts = [`${delivered} delivered`];
  if (summary.deliveredEarlier > 0) parts.push(`${summary.deliveredEarlier} of earlier runs, too`);
  if (undelivered > 0) parts.push(`${undelivered} kept for the next run`);
  if (dropped > 0) parts.push(`${dropped} lost`);
  if (retries > 0) parts.push(`${retries} attempts repeated`);
  const reason = summary.lastError === undefined ? '' : ` (${summary.lastError})`;
  return `events to ${plugin} ${target}: ${parts.join(', ')}${reason}`;
}
