import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../evals/reports/html/page.ts';
import { readRun } from '../evals/reports/read-run.ts';
import type { GateResult } from '../evals/summary.ts';
import { chromiumPath, openBrowser } from './browser.ts';
import { type RunFolderOptions, writeRunFolder } from './run-folder.ts';

if (!chromiumPath)
  console.warn('The page of a run is not tested: there is no Chromium at CHROMIUM_PATH or /usr/bin/chromium.');

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const hostile =
  '"\'</script><script>document.title=1</script><img src="https://evil.example/x.png" onerror="document.title=1">';
const gates: readonly GateResult[] = [
  { gate: 'fabricatedQuotes == 0', kind: 'invariant', passed: true, invalid: false, detail: 'None.', cases: [] },
  {
    gate: 'min(citationF1) >= 0.6',
    kind: 'case',
    passed: false,
    invalid: false,
    detail: 'One.',
    cases: ['case-00003'],
  },
];

describe.skipIf(!chromiumPath)('the page of a run', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let requests: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'footnote-report-'));
    browser = await openBrowser(chromiumPath ?? '');
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });
  afterEach(() => page.context().close());

  async function make(options: RunFolderOptions, baseline?: RunFolderOptions): Promise<string> {
    await writeRunFolder(join(folder, 'run'), options);
    if (baseline) await writeRunFolder(join(folder, 'baseline'), baseline);
    const earlier = baseline ? await readRun(join(folder, 'baseline')) : null;
    const file = join(folder, 'report.html');
    await writeFile(file, await htmlReport(await readRun(join(folder, 'run')), earlier));
    return pathToFileURL(file).href;
  }

  async function open(address: string, options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    page = await context.newPage();
    complaints = [];
    requests = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url().replace(/#.*/, '')));
    await page.goto(address);
    await page.locator('html[data-ready]').waitFor();
  }

  it('asks for nothing but itself, and shows text of a run as text, wherever it stands', async () => {
    const text = hostile;
    const hostileGates = [
      { ...gates[0], gate: hostile, detail: hostile, passed: false, cases: [`case-00001 ${hostile}`] },
    ];
    const address = await make(
      { cases: 9, failing: 0.2, text, gates: hostileGates as GateResult[] },
      { cases: 9, text },
    );
    await open(`${address}#case=${encodeURIComponent(`case-00001 ${hostile}`)}`);
    for (let number = 1; number <= 9; number += 1) {
      await page.evaluate(
        `location.hash = ${JSON.stringify(`#case=${encodeURIComponent(`case-0000${number} ${hostile}`)}`)}`,
      );
      await page.locator('#case', { hasText: `case-0000${number}` }).waitFor();
      await page.locator('#case summary').first().click();
    }
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toContain('</script>');
    expect(complaints).toEqual([]);
    expect(requests).toEqual([address]);
  });

  it('has no flaw that axe finds, in the light, in the dark and on a phone', async () => {
    const address = await make({ cases: 60, failing: 0.05, gates }, { cases: 60, seed: 2 });
    const script = await readFile(axe, 'utf8');
    const views = [{}, { colorScheme: 'dark' as const }, { viewport: { width: 360, height: 740 } }];
    for (const view of views) {
      await open(`${address}#case=case-00003`, { bypassCSP: true, ...view });
      await page.locator('#case-title').waitFor();
      await page.locator('details').evaluateAll((all) => all.map((details) => details.setAttribute('open', '')));
      await page.addScriptTag({ content: script });
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: { id: string; nodes: { html: string }[] }[];
      };
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)])).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      if (view !== views.at(-1)) await page.context().close();
    }
  });

  it('keeps only the rows in view of thousands of cases', async () => {
    await open(await make({ cases: 2_000 }));
    expect(await page.locator('#count').textContent()).toBe('2000 of 2000 cases');
    expect(await page.locator('#list [role=listitem]').count()).toBeLessThan(60);
    await page.locator('#list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await page.getByRole('link', { name: 'case-02000' }).click();
    await page.locator('#case', { hasText: 'case-02000' }).waitFor();
  });

  it('filters and sorts the cases, and says when none is left', async () => {
    await open(await make({ cases: 60, gates, failing: 0.1 }));
    await page.getByRole('combobox', { name: 'Breaks gate' }).selectOption({ index: 1 });
    expect(await page.locator('#count').textContent()).toBe('1 of 60 cases');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('#count', { hasText: '60 of 60' }).waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('refused');
    await page.getByRole('combobox', { name: 'Tag' }).selectOption('support');
    expect(await page.locator('.case-link .state').allTextContents()).not.toContain('answered');
    await page.getByLabel('Words').fill('no such words');
    expect(await page.locator('#nothing').textContent()).toContain('clear the filter');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('combobox', { name: 'Worst first by' }).selectOption('ndcg@10');
    await page.locator('.case-figure').first().waitFor();
    const figures = (await page.locator('.case-figure').allTextContents())
      .filter((text) => text !== 'error')
      .map(Number);
    expect(figures).toEqual([...figures].sort((one, other) => one - other));
  });

  it('works without a mouse, and gives each case an address', async () => {
    const address = await make({ cases: 60 });
    await open(address);
    await page.locator('.case-link').first().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.locator('#case', { hasText: 'case-00059' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('case-title');
    expect(page.url()).toBe(`${address}#case=case-00059`);
    await page.getByRole('link', { name: 'Next →' }).press('Enter');
    await page.locator('#case', { hasText: 'case-00060' }).waitFor();
    await page.reload();
    await page.locator('#case', { hasText: 'case-00060' }).waitFor();
  });

  it('shows an answer with its quotes marked in their sources, its scores, and what the baseline said', async () => {
    const address = await make({ cases: 12 }, { cases: 12, seed: 3 });
    await open(`${address}#case=case-00002`);
    await page.locator('#case mark').first().waitFor();
    expect(await page.locator('#case mark').first().textContent()).toBe('You have 11 days for seats.');
    expect(await page.locator('#case blockquote').first().textContent()).toContain(
      'This page says what each plan holds',
    );
    expect(await page.locator('#case tr', { hasText: 'groundednessMean' }).textContent()).toMatch(/0\.\d+/);
    expect(await page.locator('#case tr.gold').textContent()).toContain('plans/plan-0.md');
    expect(await page.locator('#case .before').textContent()).toContain('In the baseline');
  });

  it('marks what an answer and its baseline say otherwise, and how ranks moved', async () => {
    const address = await make({ cases: 12, drop: 1 }, { cases: 12, seed: 3 });
    await open(`${address}#case=case-00009`);
    await page.locator('#case ins').first().waitFor();
    expect(await page.locator('#case ins').allTextContents()).toEqual(['You have 3 days for backups.']);
    expect(await page.locator('#case .before del').allTextContents()).toEqual(['You have 18 days for backups.']);
    const table = page.getByRole('group', { name: /^Rank, Before/ });
    expect(await table.locator('tr.gold td').allTextContents()).toEqual(['7', '3', expect.any(String), '✓ yes']);
    await open(`${await make({ cases: 12 })}#case=case-00009`);
    await page.locator('#case mark').first().waitFor();
    expect(await page.locator('#case ins, #case del').count()).toBe(0);
  });

  it('takes less than 2 MB for 1,000 cases', async () => {
    await open(await make({ cases: 1_000 }));
    expect((await readFile(join(folder, 'report.html'))).length).toBeLessThan(2_000_000);
  });
});
