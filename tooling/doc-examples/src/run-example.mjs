import { sessionIn } from './blocks.mjs';
import { javaScript } from './compile.mjs';
import { speak } from './control-session.mjs';
import { notRecorded } from './recordings.mjs';

/**
 * Runs an example in a place of its own.
 *
 * @param {import('./workplace.mjs').Workplace} place
 * @param {import('./blocks.mjs').Block} block
 * @param {import('./cases.mjs').Case} how
 * @returns {Promise<{ code: number | null, output: string }>} `code` is null for what goes on for ever
 */
export async function runExample(place, block, { before, until, input }) {
  const replaced = /** @type {Record<string, string> | undefined} */ (await before?.(place)) ?? {};
  const code = Object.entries(replaced).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    block.text,
  );
  switch (block.language) {
    case 'ts':
      place.write('example.js', javaScript(code));
      return place.run(process.execPath, ['example.js'], { until });
    case 'sh':
      return place.run('bash', ['-e', '-o', 'pipefail', '-c', code], { until, input });
    case 'yaml':
      // on its own, or after the part that the page wants it beside
      place.write('example.yml', code);
      return place.run('bash', ['-c', 'cat *.yml > whole; receptor --check --config whole']);
    case 'console': {
      const { files, commands } = sessionIn(code);
      for (const [name, text] of Object.entries(files)) place.write(name, text);
      // what a command ends with is not shown in a session
      return place.run('bash', ['-c', [...commands, 'true'].join('\n')]);
    }
    case 'control':
      return { code: 0, output: await speak(place.path('near.sock'), code) };
    case 'wire':
      return { code: 0, output: notRecorded(code).join('\n') };
    default:
      throw new Error(`nobody can run ${block.language}`);
  }
}
