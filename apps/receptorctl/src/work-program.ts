import { Option, type Command } from 'commander';
import { age, collect, ofNode, position, states } from './option-values.js';
import type { Session } from './session.js';
import type { ReleaseOptions } from './verbs/release-verb.js';
import type { ResultsOptions } from './verbs/results-verb.js';
import type { WatchOptions } from './verbs/watch-options.js';
import type { ListOptions, SubmitOptions } from './verbs/work-verbs.js';

/** Defines `work` and the verbs below it; they are loaded when they are used. */
export function addWorkVerbs(program: Command, open: () => Promise<Session>): void {
  const load = async () => (await import('./verbs.js')).work;
  const work = program.command('work').description('Units of work.');
  const given: { payload?: string; noPayload?: boolean } = {};
  work
    .command('submit <worktype> [cmdparams...]')
    .description('Submit a new unit of work.')
    .option('--node <node>', 'node to run on; this one by default')
    .option('-p, --payload <file>', 'file with the stdin of the unit; - for stdin')
    .option('-l, --payload-literal <text>', 'stdin of the unit; a line break is added')
    .option('-n, --no-payload', 'empty stdin')
    .option('--tls-client <name>', ofNode)
    .option('--ttl <duration>', 'time within which remote work must start, such as 1h20m30s')
    .option('--signwork', 'sign the submission')
    .option('-f, --follow', 'print the results of the unit and wait for its end')
    .option('--rm', 'release the unit in the end')
    .option('-a, --param <key=value>', 'further parameter; @FILE as value reads it', collect, [])
    .option('--json', 'print JSON')
    .action(
      async (
        workType: string,
        words: string[],
        options: Omit<SubmitOptions, keyof typeof given>,
      ) => {
        const { payload, noPayload } = given;
        const all = { ...options, payload, noPayload };
        await (await load()).submit(await open(), workType, words, all);
      },
    )
    // as values of options, --payload and --no-payload would replace each other
    .on('option:payload', (file: string) => {
      given.payload = file;
    })
    .on('option:no-payload', () => {
      given.noPayload = true;
    });
  work
    .command('list')
    .description('List units of work.')
    .option('-q, --quiet', 'print unit IDs only')
    .option('--node <node>', 'node whose units to list; this one by default')
    .option('--unit_id <id>', 'only this unit; also --unit-id')
    .addOption(new Option('--unit-id <id>').hideHelp())
    .option('--tls-client <name>', ofNode)
    .option('--json', 'print JSON, as is done where stdout is no terminal')
    .action(
      async ({
        unit_id: original,
        unitId = original,
        ...options
      }: ListOptions & { unit_id?: string }) => {
        await (await load()).list(await open(), { ...options, unitId });
      },
    );
  work
    .command('status <unitids...>')
    .description('Show how far units are.')
    .option('--json', 'print JSON, as is done where stdout is no terminal')
    .action(async (unitIds: string[], options: { json?: boolean }) => {
      await (await load()).status(await open(), unitIds, options);
    });
  work
    .command('watch [unitids...]')
    .description(
      'Print the state of units now and at each change until all have ended; without IDs, of all units, for ever.',
    )
    .option('--after <cursor>', 'go on behind what was printed with that Cursor')
    .option('--json', 'print an object of JSON a line')
    .action(async (unitIds: string[], options: WatchOptions) => {
      await (await load()).watch(await open(), unitIds, options);
    });
  work
    .command('results <unitid>')
    .description('Print the results of a unit until it ends.')
    .option('--startpos <byte>', 'the first byte to print; default 0', position)
    .option(
      '--verify',
      'compare it with the digest of the node where it ran; exit code 1 when it is another, or not known',
    )
    .option('--json', 'print objects of JSON, a line for each piece and one for the end')
    .action(async (unitId: string, options: ResultsOptions) => {
      await (await load()).results(await open(), unitId, options);
    });
  work
    .command('cancel [unitids...]')
    .description('Cancel units.')
    .option('--json', 'print JSON')
    .action(async (unitIds: string[], options: { json?: boolean }) => {
      await (await load()).cancel(await open(), unitIds, options);
    });
  work
    .command('release [unitids...]')
    .description('Release units: cancel them and delete what they have left.')
    .option('--force', 'delete here even if the remote node can not be reached')
    .option('--all', 'all units, whatever their state')
    .option(
      '--older-than <age>',
      'those that ended so long ago, such as 2d or 1d12h; with --all or --state those whose status has not changed since',
      age,
    )
    .option('--state <name>', 'those in that state; may be given several times', states)
    .option('--json', 'print JSON')
    .action(async (unitIds: string[], options: ReleaseOptions) => {
      await (await load()).release(await open(), unitIds, options);
    });
}
