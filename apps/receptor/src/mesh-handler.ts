import type { MeshHandler } from '@receptorjs/control-service';
import type { Direction, FirewallVerdict, LinkHistory } from '@receptorjs/mesh-diagnostics';
import type { FirewallRule, MeshNode } from '@receptorjs/netceptor';
import type { MeshDial } from './mesh-dial.js';

/** What the control service learns of the mesh from. */
export interface MeshParts {
  readonly node: MeshNode;
  readonly dial: MeshDial;
  readonly history: LinkHistory;
}

/** The mesh as the control service sees it: a node and its streams. */
export function meshHandler({ node, dial, history }: MeshParts): MeshHandler {
  const firewall = (message: Direction): FirewallVerdict => {
    const { action, rule, index } = node.firewall.match(message);
    return rule === undefined ? { action } : { action, rule: ruleText(rule, index ?? 0) };
  };
  return {
    status: () => node.status(),
    statusInSteps: () => node.statusInSteps(),
    links: () => node.links(),
    ping: (target, options) => node.ping(target, options),
    traceroute: (target, options) => node.traceroute(target, options),
    connect: dial,
    firewall: (message) => {
      const { action, rule } = firewall(message);
      return { Action: action, Rule: rule };
    },
    explain: async (target, options) => {
      const { explain, explanationReply } = await import('@receptorjs/mesh-diagnostics');
      const resolved = node.resolve(target);
      return explanationReply(await explain({ node, dial, firewall, history }, resolved, options));
    },
  };
}

/** A firewall rule as people write it, with its place from 1. */
function ruleText({ action, ...patterns }: FirewallRule, index: number): string {
  const words = Object.entries(patterns).flatMap(([key, pattern]) =>
    pattern === '' ? [] : [`${key.toLowerCase()}=${pattern}`],
  );
  return [`rule ${index + 1}: ${action}`, ...words].join(' ');
}
