#!/usr/bin/env node
/**
 * The control plane over the mesh, as one program: it keeps inventories, templates and jobs, and answers the `awx` command line and whatever else
 * speaks the REST interface of AWX.
 *
 * Without a verb it runs, on 127.0.0.1:8052, and keeps everything in a folder of its own; with `DATABASE_URL` its database is that PostgreSQL. `--host`,
 * `--port`, `--tls-cert` and `--tls-key` say where it listens, `--receptor` names the control socket of a node that is there already. The verbs
 * `migrate`, `create-admin`, `backup`, `restore`, `rotate-key` and `check` are for whoever operates it: see
 * [The controller](../../docs/controller.md).
 *
 * Projects lie in `projects` below the folder: those that a person keeps by hand by their names, those that are fetched below `.sources`.
 * `CONTROLLER_SCM_HOSTS` names the machines that they may come from, patterns with commas between them; without it all but this machine and those of its
 * link.
 *
 * Exit codes: 0; 1 for what failed; 2 for a command line that is not understood.
 *
 * @packageDocumentation
 */
import { errorText } from '@receptorjs/primitives';
import { CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { Failure } from './failure.js';
import { buildProgram } from './program.js';

// The first would open Node's debugger on a port, the second end the program.
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => undefined);

const USAGE = 2;

async function main(args: readonly string[]): Promise<number> {
  const program = buildProgram(manifest.version, process.env);
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    console.error(`Error: ${errorText(error)}`);
    return error instanceof Failure ? error.exitCode : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
