import { isLoopback } from '@receptorjs/socket-addresses';
import {
  describeAction,
  factsOf,
  fieldsOf,
  type Action,
  type Fields,
} from '@receptorjs/receptor-config';
import { listenAddress } from '../addresses.js';

/**
 * The ways by which work can be submitted to this node from elsewhere without a certificate, each as a part of a sentence; none
 * when there is no such way.
 *
 * A certificate on a link proves who the neighbor is, not who stands behind it, and every node of the mesh can claim any node ID:
 * only the control service itself can ask who submits. A link that this node makes counts wherever it goes: its neighbor may
 * accept strangers, also one on a loopback address, as a tunnel or another node of this machine. What listens on loopback alone
 * is trusted.
 */
export function unauthenticatedSubmitters(actions: readonly Action[]): string[] {
  const controls = actions.filter((each) => each.action === 'control-service');
  const overTcp = controls.filter(({ fields }) => isOpenTcp(fields, actions)).map(describeTcp);
  const overMesh = controls.filter(
    ({ fields: { service, tls } }) => service && !requiresCertificates(tls, actions),
  );
  const links = actions.filter((each) => factsOf(each).letsOthersIn);
  if (overMesh.length === 0 || links.length === 0) return overTcp;
  const names = overMesh.map(describeAction).join(', ');
  return [
    `${names} asks nodes of the mesh for no certificates, and others may be able to submit by ${summary(links.map(describeAction))}`,
    ...overTcp,
  ];
}

/**
 * What of a configuration gives strangers more than work that it names: a control service on TCP that asks no client for a
 * certificate, and terminals for every node of a mesh that others may be in. One sentence each, with the remedy.
 */
export function openServices(actions: readonly Action[]): string[] {
  const remedy = 'name a tls-server with requireclientcert and clientcas';
  const ports = actions.flatMap((each) =>
    each.action === 'control-service' && isOpenTcp(each.fields, actions)
      ? [
          `The control-service on TCP ${each.fields.tcplisten} obeys anybody who reaches it: ${remedy} as its tcptls, or listen on a loopback address`,
        ]
      : [],
  );
  if (!actions.some((each) => factsOf(each).letsOthersIn)) return ports;
  const terminals = fieldsOf(actions, 'command-service')
    .filter(({ tls }) => !requiresCertificates(tls, actions))
    .map(
      ({ service, command }) =>
        `The command-service ${service} lets every node of the mesh run ${command}: ${remedy} as its tls`,
    );
  return [...ports, ...terminals];
}

/** How many links are named before they are counted. */
const MAX_NAMED = 3;

function summary(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return names.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function describeTcp({ fields }: { readonly fields: Fields<'control-service'> }): string {
  return `control-service on TCP ${fields.tcplisten ?? ''} asks for no certificates of an authority of its own`;
}

/** Streams are checked by the node ID in the certificate, which public authorities do not give out. */
function requiresCertificates(name: string | undefined, actions: readonly Action[]): boolean {
  return serverOf(name, actions)?.requireclientcert === true;
}

/** Over TCP any valid certificate will do: it must be one of an authority or a list that was chosen for this. */
function isOpenTcp(
  { tcplisten, tcptls }: Fields<'control-service'>,
  actions: readonly Action[],
): boolean {
  if (!tcplisten || isLoopback(listenAddress(tcplisten).host ?? '')) return false;
  const server = serverOf(tcptls, actions);
  const chosen = Boolean(server?.clientcas) || (server?.pinnedclientcert?.length ?? 0) > 0;
  return !(server?.requireclientcert === true && chosen);
}

function serverOf(
  name: string | undefined,
  actions: readonly Action[],
): Fields<'tls-server'> | undefined {
  return fieldsOf(actions, 'tls-server').find((server) => server.name === name);
}
