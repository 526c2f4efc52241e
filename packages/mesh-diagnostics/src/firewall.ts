import type { Finding } from './explanation.js';
import type { Direction, FirewallVerdict, NodeAnswers } from './node-questions.js';

/**
 * What the firewalls on the path do with the two directions of a stream: a finding for each rule that stops one, one for
 * each node that does not say, and one for all that let it pass.
 */
export function firewallFindings(
  self: string,
  own: readonly FirewallVerdict[],
  nodes: readonly string[],
  answers: ReadonlyMap<string, NodeAnswers>,
  directions: readonly Direction[],
): Finding[] {
  const findings: Finding[] = [];
  const passing: string[] = [];
  for (const nodeId of nodes) {
    const verdicts = nodeId === self ? own : answers.get(nodeId)?.firewall;
    if (verdicts === undefined) {
      findings.push({
        subject: 'Firewall',
        state: 'unknown',
        text: answers.has(nodeId)
          ? `${nodeId} does not say what its rules are`
          : `${nodeId} could not be asked what its rules are`,
      });
      continue;
    }
    const stopping = verdicts.flatMap(({ action, rule }, at) => {
      const direction = directions[at];
      if (action === 'accept' || direction === undefined) return [];
      const ends = `${direction.fromNode} to ${direction.toNode}`;
      return [`${nodeId} ${verb(action)} what goes from ${ends}: ${rule ?? 'no rule'}`];
    });
    findings.push(
      ...stopping.map((text): Finding => ({ subject: 'Firewall', state: 'failed', text })),
    );
    if (stopping.length === 0) passing.push(nodeNote(nodeId, verdicts));
  }
  if (passing.length > 0) {
    findings.push({
      subject: 'Firewall',
      state: 'ok',
      text: `let through by ${passing.join(', ')}`,
    });
  }
  return findings;
}

function verb(action: string): string {
  return action === 'drop' ? 'drops' : action === 'reject' ? 'rejects' : `does "${action}" with`;
}

/** The node, with the rules by which it lets the stream pass where there are some. */
function nodeNote(nodeId: string, verdicts: readonly FirewallVerdict[]): string {
  const rules = [...new Set(verdicts.flatMap(({ rule }) => (rule === undefined ? [] : [rule])))];
  return rules.length === 0 ? nodeId : `${nodeId} (${rules.join('; ')})`;
}
