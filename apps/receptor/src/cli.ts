#!/usr/bin/env node
/**
 * The receptor daemon. It takes the command line and the YAML of Ansible Receptor and links with it: routes packets,
 * answers the control protocol, runs units of work, carries other traffic over the mesh, makes certificates.
 *
 * ```sh
 * receptor --node id=foo --local-only --log-level Debug
 * receptor --config foo.yml
 * receptor --check --config foo.yml
 * ```
 *
 * SIGHUP reloads the configuration files, SIGTERM and SIGINT end the node. A unit for systemd, and what goes with it, is in the folder
 * `systemd` of the package; what container images are built of is in `container`.
 *
 * @packageDocumentation
 */
import { compileEarly } from './process/compile-early.js';
import { HangUps } from './process/hang-ups.js';

// The first would open Node's debugger on a port, the second end the program.
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => undefined);
// Before anything else is loaded: a service manager may ask for a reload as soon as it has started the process.
const hangUps = new HangUps(process);
compileEarly(process.versions.v8);
const { main } = await import('./main.js');

process.stdout.on('error', () => undefined);
const code = await main(process.argv.slice(2), hangUps);
// Everything is closed and every line is out: nothing that lingers below may hold the process.
process.stdout.write('', () => process.exit(code));
