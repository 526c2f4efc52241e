import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, startBrowser, violationsOf } from './browser.js';
import { ControllerApp, PASSWORD } from './controller-app.js';
import { CutLink } from './cut-link.js';
import { root } from './mesh.js';

const program = findBrowser();
/** Pictures of all pages are left there. */
const pictures = process.env['WEB_PICTURES'] ?? join(root, 'results', 'web-pages');
const MAX_FIRST_LOAD = 350 * 1024;
const steps = Array.from({ length: 40 }, (_, at) => at + 1);
const slow = `- hosts: all
  gather_facts: false
  tasks:
${steps.map((at) => `    - debug: {msg: "step ${at}"}\n    - pause: {seconds: 1}\n`).join('')}`;
const long = `- hosts: all
  gather_facts: false
  tasks:
    - debug:
        msg: "{{ range(1, 6001) | map('string') | map('regex_replace', '^', 'entry ') | list }}"
    - fail: {msg: "on purpose"}
`;

describe.skipIf(program === undefined)('the pages', () => {
  let folder: string;
  let app: ControllerApp;
  /** Ends what has begun. */
  const begun: (() => unknown)[] = [];
  /** The browser's way to the controller. */
  let link: CutLink;
  let base: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the browser complains of: scripts that fail, and what the policy of contents forbids. */
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'web-pages-'));
    begun.push(() => rmSync(folder, { recursive: true, force: true }));
    app = await ControllerApp.start(folder, 'web-1');
    begun.push(() => app.stop());
    link = await CutLink.to(Number(new URL(app.url).port));
    begun.push(() => link.close());
    base = `http://127.0.0.1:${link.port}`;
    const project = join(folder, 'projects', 'of_the_tests');
    mkdirSync(project);
    writeFileSync(join(project, 'slow.yml'), slow);
    writeFileSync(join(project, 'long.yml'), long);
    const organization = await app.idOf('organizations/', 'Default');
    const values = { name: 'Tests', organization, local_path: 'of_the_tests' };
    await app.make('projects/', values);
    browser = await startBrowser(program!);
    begun.push(() => browser.close());
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (said) => {
      if (/Content Security Policy|Refused to/.test(said.text())) complaints.push(said.text());
    });
  }, 300_000);
  afterAll(async () => {
    for (const end of begun.reverse()) await end();
  });

  const heading = (name: string | RegExp) => page.getByRole('heading', { name, level: 1 });
  const go = (path: string) => page.goto(base + path);
  const status = (name: string) => page.getByRole('status').getByText(name, { exact: true });
  const templateOf = async (name: string, playbook: string, more: object = {}): Promise<number> => {
    const inventory = await app.idOf('inventories/', 'Demo Inventory');
    const projectId = await app.idOf('projects/', 'Tests');
    const values = { name, playbook, inventory, project: projectId, ...more };
    return app.make('job_templates/', values);
  };
  const login = async (): Promise<void> => {
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
  };

  it('ask who one is, and say what is wrong with the answer', async () => {
    await go('/jobs?status=failed');
    await page.getByLabel('User name').fill('admin');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Both the user name and the password are needed').waitFor();
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('User name or password are wrong').waitFor();
    await login();
    await heading('Jobs').waitFor();
    // on to where one wanted to go
    expect(page.url()).toBe(`${base}/jobs?status=failed`);
  });

  it('lead from an empty system to the output of a first job in three clicks', async () => {
    await go('/');
    await page.getByRole('link', { name: 'Launch Demo Job Template' }).click();
    await page.getByText('hello_world.yml').waitFor();
    await page.getByRole('button', { name: 'Launch' }).click();
    await heading(/^Job \d+: Demo Job Template$/).waitFor();
    await page.getByText('"msg": "Hello World!"').waitFor({ timeout: 60_000 });
    await status('Successful').waitFor({ timeout: 60_000 });
    await page.getByRole('log').getByText('PLAY RECAP').waitFor();
    await page.getByRole('tab', { name: 'Hosts' }).click();
    await page.getByRole('gridcell', { name: 'localhost' }).waitFor();
    await page.getByRole('tab', { name: 'Facts' }).click();
    await page.getByText('web-1').first().waitFor();
  });

  it('run a job again', async () => {
    const before = page.url();
    await page.getByRole('button', { name: 'Relaunch', exact: true }).click();
    await page.waitForURL((url) => url.href !== before);
    await status('Successful').waitFor({ timeout: 60_000 });
  });

  it('show output as it comes, follow it, and cancel', async () => {
    const id = await templateOf('Slow', 'slow.yml', { ask_limit_on_launch: true });
    await go('/templates');
    await page.getByRole('link', { name: 'Launch Slow' }).click();
    await page.getByLabel('Limit').fill('localhost');
    await page.getByRole('button', { name: 'Launch' }).click();
    const log = page.getByRole('log');
    await log.getByText('"msg": "step 1"').waitFor({ timeout: 60_000 });
    await log.getByText('"msg": "step 4"').waitFor({ timeout: 60_000 });
    await status('Running').waitFor();
    // the list of jobs changes by itself as well
    const list = await context.newPage();
    await list.goto(`${base}/jobs?name=Slow`);
    await list.getByRole('row', { name: /Slow/ }).getByText('Running').waitFor();
    await page.bringToFront();
    await page.getByRole('button', { name: 'Cancel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('ended on its node').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await status('Canceled').waitFor({ timeout: 60_000 });
    await list.getByRole('row', { name: /Slow/ }).getByText('Canceled').waitFor();
    await list.close();
    const [job] = (await app.ok('GET', `jobs/?job_template=${id}`)).results;
    expect(job).toMatchObject({ status: 'canceled', limit: 'localhost' });
  });

  it('search all lines of a long output, lead to one by its address, and relaunch on failed hosts', async () => {
    const id = await templateOf('Long', 'long.yml');
    const job = await app.ok('POST', `job_templates/${id}/launch/`);
    await app.ended('jobs', job.id);
    await go(`/jobs/playbook/${job.id}`);
    await status('Failed').waitFor();
    await page.getByText(/60\d\d lines/).waitFor();
    const log = page.getByRole('log');
    // the lines that are not seen are not there
    expect(await log.locator('.output-line').count()).toBeLessThan(200);
    await page.getByLabel('Search the output').fill('"entry 4321"');
    await page.keyboard.press('Enter');
    await log.locator('.marked', { hasText: '"entry 4321"' }).waitFor();
    const found = page.url();
    expect(found).toMatch(/\?line=43\d\d$/);
    await page.getByRole('button', { name: 'To the first line' }).click();
    await log.getByText('PLAY [all]').waitFor();
    await page.goto(found);
    await log.locator('.marked', { hasText: '"entry 4321"' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download output' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`job_${job.id}.txt`);
    await page.getByRole('button', { name: 'Relaunch on 1 failed host' }).click();
    await heading(new RegExp(`^Job (?!${job.id}:)\\d+: Long$`)).waitFor();
    await status('Failed').waitFor({ timeout: 60_000 });
  });

  it('keep filters in the address, and go back by the browser', async () => {
    await go('/jobs');
    await page.getByLabel('State').selectOption('canceled');
    await page.waitForURL(/status=canceled/);
    await page.getByText('1 job', { exact: true }).waitFor();
    await page.getByLabel('Name contains').fill('nothing like it');
    await page.keyboard.press('Enter');
    await page.getByText('No job matches').waitFor();
    await page.goBack();
    await page.getByText('1 job', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.waitForURL(`${base}/jobs`);
  });

  it('say that the connection is lost, and go on where they were once it is back', async () => {
    const template = await app.idOf('job_templates/', 'Slow');
    const job = await app.ok('POST', `job_templates/${template}/launch/`);
    await go(`/jobs/playbook/${job.id}`);
    const log = page.getByRole('log');
    await log.getByText('"msg": "step 2"').waitFor({ timeout: 60_000 });
    const lost = page.getByText('The connection to the controller is lost');
    link.cut();
    await lost.waitFor({ timeout: 30_000 });
    // the job goes on meanwhile
    await expect
      .poll(() => app.stdout('jobs', job.id), { timeout: 60_000 })
      .toContain('"msg": "step 5"');
    link.heal();
    await lost.waitFor({ state: 'detached', timeout: 30_000 });
    await log.getByText('"msg": "step 9"').waitFor({ timeout: 60_000 });
    // of the lines above those that are not drawn any more are not there
    const drawn = [...(await log.innerText()).matchAll(/"step (\d+)"/g)].map(([, at]) =>
      Number(at),
    );
    const first = drawn[0] ?? 0;
    expect(first).toBeLessThan(7);
    expect(drawn).toEqual(drawn.map((_, at) => first + at));
    expect(drawn).toContain(9);
    await app.ok('POST', `jobs/${job.id}/cancel/`);
    await status('Canceled').waitFor({ timeout: 60_000 });
  });

  it('have no violation of a serious or critical kind, light, dark and on a phone', async () => {
    const last = (await app.ok('GET', 'jobs/?order_by=-id&status=failed')).results[0]!;
    const template = await app.idOf('job_templates/', 'Slow');
    const pages: readonly (readonly [name: string, path: string, ready: () => Promise<unknown>])[] =
      [
        ['jobs', '/jobs', () => page.getByRole('row', { name: /Slow/ }).first().waitFor()],
        [
          'job',
          `/jobs/playbook/${last.id}?line=5`,
          () => page.locator('.output-line.marked').waitFor(),
        ],
        [
          'job-hosts',
          `/jobs/playbook/${last.id}`,
          async () => {
            await page.getByRole('tab', { name: 'Hosts' }).click();
            await page.getByText('localhost').first().waitFor();
          },
        ],
        [
          'job-facts',
          `/jobs/playbook/${last.id}`,
          async () => {
            await page.getByRole('tab', { name: 'Facts' }).click();
            await page.getByText('Instance group').waitFor();
          },
        ],
        ['templates', '/templates', () => page.getByText('Slow').first().waitFor()],
        ['launch', `/templates/${template}/launch`, () => page.getByLabel('Limit').waitFor()],
        ['instances', '/instances', () => page.getByText('web-1').first().waitFor()],
        ['not-found', '/nowhere', () => page.getByText('There is no such page').waitFor()],
      ];
    const found: string[] = [];
    const look = async (name: string): Promise<void> => {
      await page.screenshot({ path: join(pictures, `${name}.png`) });
      found.push(...(await violationsOf(page)).map((line) => `${name}: ${line}`));
    };
    for (const [suffix, width, colorScheme] of [
      ['light', 1280, 'light'],
      ['dark', 1280, 'dark'],
      ['phone', 390, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      for (const [name, path, ready] of pages) {
        await go(path);
        await ready();
        await page.waitForTimeout(300);
        await look(`${name}-${suffix}`);
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect([name, suffix, Number(wide) <= width]).toEqual([name, suffix, true]);
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
    await go('/jobs');
    await page.getByRole('button', { name: 'Switch to the dark theme' }).click();
    await page.locator('html.pf-v6-theme-dark').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Account of admin' }).click();
    await look('menu-dark');
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByLabel('User name').waitFor();
    await look('login-dark');
    await page.getByRole('button', { name: 'Switch to the light theme' }).click();
    await look('login-light');
    expect(found).toEqual([]);
  });

  it('load little at first, and nothing from elsewhere', async () => {
    const fresh = await browser.newContext();
    const first = await fresh.newPage();
    const elsewhere: string[] = [];
    first.on('request', (request) => {
      if (!request.url().startsWith(base)) elsewhere.push(request.url());
    });
    await first.goto(`${base}/login`);
    await first.getByLabel('User name').fill('admin');
    await first.getByLabel('Password').fill(PASSWORD);
    await first.getByRole('button', { name: 'Log in' }).click();
    await first.getByRole('row', { name: /Slow/ }).first().waitFor();
    const bytes = Number(
      await first.evaluate(
        `performance.getEntries().reduce((sum, { transferSize = 0, name }) => sum + (name.includes('/api/') ? 0 : transferSize), 0)`,
      ),
    );
    console.log(`first load: ${(bytes / 1024).toFixed(1)} KiB, headers and the login included`);
    expect(bytes).toBeGreaterThan(100 * 1024);
    expect(bytes).toBeLessThan(MAX_FIRST_LOAD);
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
    await fresh.close();
  });
});
