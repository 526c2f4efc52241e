import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { installedBy } from '../../repo-rules/src/readme.mjs';
import { allBlocks } from './blocks.mjs';
import { casesOf } from './cases.mjs';
import { installedTypeErrors } from './compile.mjs';
import { commands, entries, install, pack, published, withDependencies } from './packed.mjs';
import { runExample } from './run-example.mjs';
import { Workplace } from './workplace.mjs';

/** What every run of the tests installs: a node with a backend, and the runner. All are installed by `npm run test:packed`. */
const SHORT = ['@receptorjs/netceptor', '@receptorjs/runner-core'];

const asked = process.env.RECEPTORJS_PACKED;
const names = [...published.keys()].filter((name) =>
  asked === undefined ? SHORT.includes(name) : name.includes(asked),
);
const blocks = allBlocks();

/** The examples of a package's page. */
function examplesOf(/** @type {string} */ name) {
  const page = `${published.get(name)?.folder}/README.md`;
  return blocks.filter((block) => block.page === page);
}

/** What the page of a package says to install. */
function installedFor(/** @type {string} */ name) {
  return installedBy(
    name,
    examplesOf(name).map(({ text }) => text),
  );
}

/** Imports everything that a package offers, and starts its commands. */
async function useAlone(
  /** @type {Workplace} */ place,
  /** @type {string} */ name,
  /** @type {import('vitest').ExpectStatic} */ expect,
) {
  const [data, modules] = [/\.json$/, /^(?!.*\.json$)/].map((kind) =>
    entries(place, name).filter((entry) => kind.test(entry)),
  );
  place.write(
    'alone.js',
    [
      "import { createRequire } from 'node:module';",
      'const require = createRequire(import.meta.url);',
      ...(data ?? []).map((entry) => `require('${entry}');`),
      ...(modules ?? []).map((entry) => `await import('${entry}');`),
    ].join('\n'),
  );
  expect(await place.run(process.execPath, ['alone.js'])).toEqual({ code: 0, output: '' });
  const types = (modules ?? []).map((entry, index) => `export * as entry${index} from '${entry}';`);
  place.write('alone.ts', types.join('\n'));
  expect(installedTypeErrors(place.folder, ['alone.ts'])).toEqual([]);
  for (const command of commands(place, name))
    expect(await place.run(place.path('node_modules/.bin', command), ['--version'])).toMatchObject({
      code: 0,
    });
}

/** Compiles and runs the examples of a page. */
async function useAsShown(
  /** @type {Workplace} */ place,
  /** @type {string} */ name,
  /** @type {import('vitest').ExpectStatic} */ expect,
) {
  const examples = examplesOf(name);
  const files = examples
    .filter(({ language }) => language === 'ts')
    .map((block, index) => {
      place.write(`example-${index}.ts`, block.text);
      return `example-${index}.ts`;
    });
  expect(installedTypeErrors(place.folder, files)).toEqual([]);
  for (const block of examples) {
    const [how] = casesOf(block);
    // why it is not run stands in its case
    if (how === undefined || how.skip !== undefined) continue;
    const { code, output } = await runExample(place, block, how);
    expect(output).toMatch(how.until ?? how.expects ?? /^/);
    expect(code, output).toBe(how.until === undefined ? 0 : null);
  }
}

describe('packed and installed by npm into an empty folder', () => {
  /** @type {Awaited<ReturnType<typeof pack>>} */
  let packed;
  beforeAll(async () => {
    packed = await pack(withDependencies(names.flatMap(installedFor)));
  }, 300_000);
  afterAll(() => rmSync(packed.folder, { recursive: true, force: true }));

  for (const name of names)
    it.concurrent(`${name} works`, { timeout: 300_000 }, async ({ expect, skip }) => {
      const place = new Workplace({ linked: false });
      try {
        const alone = await install(place, [name], packed.specs);
        if (alone.missing !== undefined) return skip(alone.missing);
        await useAlone(place, name, expect);
        // the examples of a page may need others: its installing line names them
        const shown = await install(place, installedFor(name), packed.specs);
        if (shown.missing !== undefined) return skip(shown.missing);
        await useAsShown(place, name, expect);
      } finally {
        await place.remove();
      }
    });
});
