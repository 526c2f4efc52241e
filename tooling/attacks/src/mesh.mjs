import { freePort } from '@receptorjs/tooling-test-peers';
import { Daemon } from './daemon.mjs';

/**
 * @typedef {object} HubOptions
 * @property {readonly object[]} [actions] further ones of `hub`
 * @property {number | undefined} [diskMb] its data directory is a file system of its own, so large; needs root
 */

/**
 * Three daemons: `near` and `far` are bystanders, linked by `hub`, which is attacked. It owns them.
 *
 * `hub` listens for links and, on a second TCP port, for control clients; all have the work types `cat` and `sh`.
 */
export class AttackedMesh {
  /** @type {Daemon[]} */
  #daemons = [];

  /**
   * @param {import('./commands.mjs').Commands} commands
   * @param {string} folder
   * @param {{ linkPort: number, controlPort: number }} ports
   * @param {HubOptions} options
   */
  constructor(commands, folder, { linkPort, controlPort }, { actions = [], diskMb }) {
    const work = ['cat', 'sh'].map((command) => ({
      'work-command': { worktype: command, command, allowruntimeparams: true },
    }));
    const peer = { 'tcp-peer': { address: `127.0.0.1:${linkPort}` } };
    this.commands = commands;
    this.folder = folder;
    this.linkPort = linkPort;
    this.controlPort = controlPort;
    const listener = { 'tcp-listener': { bindaddr: '127.0.0.1', port: linkPort } };
    const control = { tcplisten: `127.0.0.1:${controlPort}` };
    this.hub = this.add('hub', [listener, ...work, ...actions], { control, diskMb });
    this.near = this.add('near', [peer, ...work]);
    this.far = this.add('far', [peer, ...work]);
  }

  /**
   * @param {import('./commands.mjs').Commands} commands
   * @param {string} folder
   * @param {HubOptions} options
   */
  static async start(commands, folder, options) {
    const [linkPort, controlPort] = [await freePort(), await freePort()];
    const mesh = new AttackedMesh(commands, folder, { linkPort, controlPort }, options);
    try {
      for (const daemon of mesh.#daemons) daemon.start();
      await mesh.near.routeTo('far');
      await mesh.far.routeTo('near');
      return mesh;
    } catch (error) {
      await mesh.end();
      throw error;
    }
  }

  /**
   * A daemon that ends with the mesh; the caller starts it.
   *
   * @param {string} name
   * @param {readonly object[]} actions
   * @param {import('./daemon.mjs').DaemonFields} [fields]
   */
  add(name, actions, fields) {
    const daemon = new Daemon(this.commands, name, this.folder, actions, fields);
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Bytes that the daemons have logged. */
  logBytes() {
    return [this.hub, this.near, this.far].reduce((sum, daemon) => sum + daemon.logBytes(), 0);
  }

  async end() {
    await Promise.all(this.#daemons.map((daemon) => daemon.stop()));
  }
}
