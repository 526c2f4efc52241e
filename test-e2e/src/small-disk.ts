import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, type Daemon, type Mesh } from './mesh.js';

/** Runs a command with a small disk at the folder it is given. */
const script = 'mount -t tmpfs -o size=8m none "$0" && exec "$@"';

/** Whether a disk can be mounted here: by root, in a mount namespace of its own. */
export const canMount =
  spawnSync('unshare', ['-m', 'sh', '-c', script, '/mnt', 'true']).status === 0;

/** A daemon whose units are on a disk of 8 MiB, which nobody else sees and which goes with the daemon and its units. */
export class DaemonOnSmallDisk {
  readonly daemon: Daemon;
  /** Path of the disk for the daemon and its units. */
  readonly disk: string;

  constructor(
    mesh: Mesh,
    readonly name: string,
    actions: readonly object[],
    node: object = {},
  ) {
    this.disk = join(mesh.folder, 'disk');
    mkdirSync(this.disk);
    const command = join(mesh.folder, 'receptor');
    const line = `exec unshare -m sh -c '${script}' '${this.disk}' '${bin('receptor')}' "$@"`;
    writeFileSync(command, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    const options = { command, node: { datadir: this.disk, ...node } };
    this.daemon = mesh.start(name, actions, options);
  }

  /** A path on the disk, as this process can open it while the daemon runs. */
  path(...names: readonly string[]): string {
    return join('/proc', String(this.daemon.pid), 'root', this.disk, ...names);
  }

  /** Where a unit is, as {@link path}. */
  unit(unitId: string): string {
    return this.path(this.name, unitId);
  }

  /** Runs a line of shell as root where the disk is mounted; `$0` is the disk. */
  inside(line: string): void {
    const { pid } = this.daemon;
    const words = ['-t', String(pid), '-m', 'sh', '-c', line, this.disk];
    const { status, stderr } = spawnSync('nsenter', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${line}: ${stderr}`);
  }
}
