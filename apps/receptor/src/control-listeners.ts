import { type ControlService } from '@receptorjs/control-service';
import { clearSocketPath } from '@receptorjs/control-service/internal';
import type { StreamHost, StreamListener } from '@receptorjs/netceptor-streams';
import type { Action } from '@receptorjs/receptor-config';
import type { Workceptor } from '@receptorjs/workceptor';
import { listenAddress } from './addresses.js';
import type { Log } from './log/log.js';
import { accountId } from './system-accounts.js';
import { withLocation } from './with-location.js';
import { refusalLog } from './log/refusal-log.js';
import type { TlsConfigs } from './tls-configs.js';

/** The action of a control service. */
type Configured = Extract<Action, { action: 'control-service' }>;

/** What listeners of a control service are started with. */
export interface ControlParts {
  readonly control: ControlService;
  readonly streams: StreamHost;
  readonly tls: TlsConfigs;
  readonly work: Workceptor;
  readonly log: Log;
}

/** What the mesh is shown of a control service: what it is, and which work it takes. */
export function advertisement(work: Workceptor) {
  return { tags: { type: 'Control Service' }, workCommands: work.workCommands() };
}

/**
 * Removes the file of a socket on which nothing listens.
 *
 * @throws {Error} with the place of the action, when another node listens there or it is something else
 */
export async function clearLocally(each: Configured): Promise<void> {
  const { filename } = each.fields;
  if (filename) await at(each, () => clearSocketPath(filename));
}

/**
 * Starts to answer on the mesh, where the action says so.
 *
 * @throws {Error} with the place of the action
 */
export async function serveMesh(
  each: Configured,
  { control, streams, tls, work, log }: ControlParts,
): Promise<StreamListener[]> {
  const { service, tls: meshTls } = each.fields;
  if (!service) return [];
  const listener = await at(each, () =>
    streams.listen(
      service,
      { ...advertisement(work), tls: tls.server(meshTls), onRefused: refusalLog(service, log) },
      (stream) =>
        void control.serve(stream, { transport: 'mesh', from: stream.remoteNode, via: stream.via }),
    ),
  );
  return [listener];
}

/**
 * Starts to answer on this machine: on a Unix socket, a TCP port or both.
 *
 * @throws {Error} with the place of the action
 */
export async function listenLocally(
  each: Configured,
  { control, tls, log }: ControlParts,
): Promise<void> {
  const { service, filename, permissions, owner, group, tcplisten, tcptls } = each.fields;
  await at(each, async () => {
    if (tcplisten)
      await control.listenTcp({ ...listenAddress(tcplisten), tls: tls.server(tcptls) });
    if (filename) {
      await control.listenUnix(filename, permissions, {
        uid: owner ? await accountId('passwd', owner) : undefined,
        gid: group ? await accountId('group', group) : undefined,
      });
    }
  });
  log.info(`Running control service ${service || filename || tcplisten || ''}`);
}

async function at<T>(each: Configured, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    throw withLocation(error, each);
  }
}
