import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { findChromium } from '@receptorjs/tooling-test-peers';
import { chromium, type Browser, type Page } from 'playwright-core';

/** A browser to start: its program and the libraries that the system lacks. */
export type BrowserProgram = ReturnType<typeof findChromium>;

/** The browser for tests. Says on the console why there is none. */
export function findBrowser(): BrowserProgram | undefined {
  try {
    return findChromium();
  } catch (error) {
    console.warn(`skipped: there is no browser: ${String(error)}`);
    return undefined;
  }
}

/** Starts it, without a screen. */
export function startBrowser({ path, libraries }: BrowserProgram): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    // its sandbox wants rights that containers do not give; it sees no page but ours
    args: ['--no-sandbox'],
    env: {
      ...(process.env as Record<string, string>),
      ...(libraries === '' ? {} : { LD_LIBRARY_PATH: libraries }),
    },
  });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe says of a page, of serious and critical kind: a line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  // the policy of the page lets no script in but its own; the debugger does
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document).then(({ violations }) => JSON.stringify(violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  return JSON.parse(String(result.value)) as string[];
}
