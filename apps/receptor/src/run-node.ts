import { hostname } from 'node:os';
import type { Action } from '@receptorjs/receptor-config';
import { startDaemon, type Daemon } from './daemon.js';
import type { HangUps } from './process/hang-ups.js';
import { lineFormat } from './log/line-format.js';
import { lineLog } from './log/log.js';
import { payloadTraceLevel } from './log/payload-trace.js';
import { offersOf } from './node-offers.js';
import { checkAllNamedFiles } from './checks/named-files.js';
import { nodeSettings } from './node-settings.js';
import { reportCrashes } from './process/crash-report.js';
import { takeCollectorCredentials } from './process/collector-credentials.js';
import { ServiceManager } from './process/service-manager.js';
import { Reloader } from './reload.js';

/** What a node is run with. */
export interface NodeRun {
  readonly configured: readonly Action[];
  /** Reads the configuration anew; undefined when none of it stands in a file. */
  readonly read: (() => readonly Action[]) | undefined;
  readonly version: string;
  readonly hangUps: HangUps;
}

/**
 * Runs a node until SIGTERM or SIGINT, or until it can't go on. SIGHUP reloads its configuration and never ends it.
 *
 * @returns the exit code, or why the node has ended by itself
 * @throws the error of the part that could not be started
 */
export async function runNode(run: NodeRun): Promise<number | Error> {
  const { configured, read, version, hangUps } = run;
  await checkAllNamedFiles(configured);
  const offers = offersOf(configured);
  const { actions, notices } = offers;
  const settings = nodeSettings(actions, hostname());
  const log = lineLog(settings.level, (line) => process.stdout.write(line), {
    format: lineFormat(
      settings.logFormat,
      settings.id,
      process.env['JOURNAL_STREAM'],
      process.stdout.fd,
    ),
  });
  reportCrashes(process, { nodeId: settings.id, version }, log);
  const collectorCredentials = takeCollectorCredentials(process.env);
  const manager = new ServiceManager(process.env, log);
  if (!settings.hasBackends) {
    log.warning('Nothing to do - no backends are running.');
    process.stdout.write(
      `Run ${process.argv[1] ?? 'receptor'} --help for command line instructions.\n`,
    );
    return 1;
  }
  const stopped = new Promise<number>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(0));
  });
  for (const { level, text } of notices) log[level](text);
  const starting: Promise<Daemon> = startDaemon({
    settings,
    actions,
    version,
    log,
    collectorCredentials,
    payloadTrace: payloadTraceLevel(process.env['RECEPTOR_PAYLOAD_TRACE_LEVEL']),
    reload: read && ((options) => reloader.reload(options)),
  });
  const reloader = new Reloader(starting, {
    offers,
    read: () => offersOf(read?.() ?? configured),
    hostname: hostname(),
    log,
  });
  const daemon = await starting;
  const reload = () => manager.reloading(() => reloader.reload({ planOnly: false }));
  hangUps.serve(read && reload, log);
  await manager.ready();
  manager.keepInformed((signal) => daemon.answer(signal));
  log.info('Initialization complete');
  const end = await Promise.race([stopped, daemon.failed]);
  hangUps.ignore();
  await Promise.all([manager.stopping(), daemon.close()]);
  return end;
}
