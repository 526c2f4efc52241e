import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { checkEventPlugin } from '@receptorjs/runner-events/testing';
import { describe, expect, it } from 'vitest';
import { allBlocks, sessionIn, steady } from './blocks.mjs';
import { cases, casesOf } from './cases.mjs';
import { javaScript, typeErrors } from './compile.mjs';
import { steadySession } from './control-session.mjs';
import { runExample } from './run-example.mjs';
import { Workplace } from './workplace.mjs';

const blocks = allBlocks();
const nameOf = (/** @type {import('./blocks.mjs').Block} */ { page, line }) => `${page}:${line}`;

describe('the examples of all pages', () => {
  it('compile', () => {
    const sources = blocks
      .filter(({ language }) => language === 'ts')
      .map((block, index) => ({
        name: `${block.page.replaceAll(/[^a-zA-Z]+/g, '-')}-${index}.ts`,
        text: block.text,
      }));
    expect(sources.length).toBeGreaterThan(20);
    expect(typeErrors(sources)).toEqual([]);
  }, 120_000);

  it('are each told once how they are run, or why not', () => {
    expect(blocks.filter((block) => casesOf(block).length !== 1).map(nameOf)).toEqual([]);
    const unused = cases.filter((each) => !blocks.some((block) => casesOf(block).includes(each)));
    expect(unused.map(({ page, contains }) => `${page}: ${contains}`)).toEqual([]);
  });

  for (const block of blocks) {
    const [how] = casesOf(block);
    // reported above; what is not run, for a reason that stands in its case, is no test
    if (how === undefined || how.skip !== undefined) continue;
    it.concurrent(`${nameOf(block)} ${block.language} runs`, async ({ expect }) => {
      const place = new Workplace();
      try {
        const { code, output } = await runExample(place, block, how);
        expect(output).toMatch(how.until ?? how.expects ?? /^/);
        expect(code, output).toBe(how.until === undefined ? 0 : null);
        if (block.language === 'control')
          expect(steadySession(output)).toBe(steadySession(block.text));
        if (block.language === 'console')
          expect(steady(output)).toBe(steady(sessionIn(block.text).output));
      } finally {
        await place.remove();
      }
    });
  }
});

/** The plugin of the page, as a module. */
async function documentedPlugin() {
  const block = blocks.find(
    ({ page, text: code }) =>
      page === 'packages/runner-events/README.md' && code.includes('new PluginSettings'),
  );
  if (block === undefined) throw new Error('the page has no plugin');
  const place = new Workplace();
  place.write('plugin.js', javaScript(block.text));
  const { default: plugin } = await import(pathToFileURL(place.path('plugin.js')).href);
  return plugin;
}

describe('the event plugin of the page', async () => {
  const plugin = await documentedPlugin();
  checkEventPlugin(
    { describe, it },
    {
      plugin,
      prefix: 'runner_log',
      settings: (port) => ({ runner_log_url: `http://127.0.0.1:${port}/` }),
      receiver: async (taken) => {
        const server = createServer((request, response) => {
          void text(request).then((body) => {
            taken({ id: String(request.headers.id), body });
            response.end();
          });
        });
        await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
        const address = server.address();
        return {
          port: typeof address === 'object' && address !== null ? address.port : 0,
          close: async () => {
            const closed = new Promise((resolve) => server.close(resolve));
            server.closeAllConnections();
            await closed;
          },
        };
      },
      unusable: [{ runner_log_url: 'nonsense' }],
    },
  );
});
