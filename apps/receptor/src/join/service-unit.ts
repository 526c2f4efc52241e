import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { JoinFailure } from './join-failure.js';

const UNIT = '/etc/systemd/system/receptor.service';
/** Who the node runs as where there is such an account; see systemd/receptor.sysusers.conf. */
const ACCOUNT = 'receptor';

/** How the service is started. */
export interface ServiceCommand {
  /** Words of the command, each a path or an option. */
  readonly words: readonly string[];
  readonly dataDir: string;
  /** Default: root. */
  readonly account?: string | undefined;
}

/** The unit of the service. */
export const serviceUnit = ({ words, dataDir, account }: ServiceCommand): string =>
  `# Written by "receptor join".
[Unit]
Description=Receptor mesh node
Documentation=man:receptor(1)
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
NotifyAccess=all
WatchdogSec=90s
${account === undefined ? '' : `User=${account}\nGroup=${account}\n`}ExecStart=${words.map(quoted).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=1s
KillMode=process
TimeoutStopSec=30s
UMask=0027
LimitNOFILE=65536
ProtectSystem=full
ReadWritePaths=${quoted(dataDir)}
OOMPolicy=continue

[Install]
WantedBy=multi-user.target
`;

/** Installs and starts the service; one that runs is started anew. @throws {JoinFailure} */
export function startService(
  { words, dataDir }: Omit<ServiceCommand, 'account'>,
  files: readonly string[],
): void {
  const ids = accountIds(readFileSync('/etc/passwd', 'utf8'));
  if (ids !== undefined) for (const file of files) chownSync(file, ids.uid, ids.gid);
  const account = ids === undefined ? undefined : ACCOUNT;
  writeFileSync(UNIT, serviceUnit({ words, dataDir, account }), { mode: 0o644 });
  for (const verb of [['daemon-reload'], ['enable', ACCOUNT], ['restart', ACCOUNT]]) {
    const { status, stderr, error } = spawnSync('systemctl', verb, { encoding: 'utf8' });
    if (status === 0) continue;
    const why = (error?.message ?? stderr).trim();
    throw new JoinFailure(
      `the machine has joined, and its service does not start: systemctl ${verb.join(' ')}: ${why}`,
    );
  }
}

function accountIds(passwd: string): { readonly uid: number; readonly gid: number } | undefined {
  const line = passwd.split('\n').find((each) => each.startsWith(`${ACCOUNT}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}

/** A word of a unit: a percent sign and a dollar sign mean something there. */
const quoted = (word: string): string =>
  `"${word.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
