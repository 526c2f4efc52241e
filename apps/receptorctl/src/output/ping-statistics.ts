import { durationText } from '@receptorjs/control-protocol';

/** Sums up pings as people know it: how many came back, and least, middle, mean and greatest time. */
export function pingStatistics(node: string, sent: number, timesNs: readonly number[]): string {
  const lost = sent - timesNs.length;
  const share = sent === 0 ? 0 : Math.round((lost / sent) * 1000) / 10;
  const counts = `${node}: ${sent} sent, ${timesNs.length} received, ${share}% lost`;
  const sorted = timesNs.toSorted((a, b) => a - b);
  const [least, greatest] = [sorted[0], sorted.at(-1)];
  if (least === undefined || greatest === undefined) return counts;
  const middle = sorted[(sorted.length - 1) >> 1] ?? least;
  const mean = sorted.reduce((sum, time) => sum + time, 0) / sorted.length;
  const text = (ns: number): string => durationText(Math.round(ns));
  return `${counts}; min ${text(least)}, median ${text(middle)}, mean ${text(mean)}, max ${text(greatest)}`;
}
