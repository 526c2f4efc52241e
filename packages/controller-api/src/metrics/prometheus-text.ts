import type { Metrics } from './controller-metrics.js';

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** Metrics in the text format of Prometheus. */
export function prometheusText(metrics: Metrics): string {
  const lines: string[] = [];
  for (const [name, { help_text, type, samples }] of metrics) {
    lines.push(`# HELP ${name} ${help_text}`, `# TYPE ${name} ${type}`);
    for (const { labels, value } of samples) {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
      lines.push(`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
