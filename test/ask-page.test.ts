import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerInput } from '../src/chains/answer-question.ts';
import { type DocumentId, newId } from '../src/domain/ids.ts';
import type { SubmitDocuments } from '../src/ingest/submit-document.ts';
import { listen, type RunningServer } from '../src/server/listen.ts';
import type { SqlDriver } from '../src/store/sql.ts';
import { chromiumPath, openBrowser } from './browser.ts';
import { fakePort } from './fake-port.ts';
import { openApp, quotedAnswer, quoteOf, type ScriptedEvent, scriptedAnswer, type TestApp } from './open-app.ts';
import { openTestDatabase } from './open-database.ts';

if (!chromiumPath)
  console.warn('The page for asking is not tested: there is no Chromium at CHROMIUM_PATH or /usr/bin/chromium.');

const quiet = { info: () => {}, warn: () => {} };
const hostile = '<img src="https://evil.example/x.png" onerror="document.title=1">';
const sentence = 'A refund to a card takes 5 to 10 business days.';
const text = `${'Opening hours. '.repeat(400)}\n\n${sentence} ${hostile}\n\n${'Closing words. '.repeat(400)}`;

describe.skipIf(!chromiumPath)('the page for asking', () => {
  let driver: SqlDriver;
  let app: TestApp;
  let server: RunningServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let documentId: DocumentId;
  let complaints: string[];
  let foreignRequests: string[];

  const scripts: Record<string, (signal: AbortSignal, input: AnswerInput) => AsyncGenerator<ScriptedEvent>> = {
    async *quoted() {
      yield { type: 'step-degraded', step: 'embed', to: 'words', cause: 'the embedder does not answer' };
      yield* quotedAnswer(quoteOf({ id: documentId, title: `Refunds ${hostile}`, text }, sentence));
    },
    async *laidOut() {
      const quote = quoteOf({ id: documentId, title: 'Refunds', text }, sentence);
      yield { type: 'quote-verified', ...quote };
      const units = [
        `A **card** takes longer than \`cash\`. ${hostile}`,
        '\n\n1. Open Billing.',
        '\n2. Choose Refund.',
        `\n\n| Paid by | Arrives in |\n|---|---|\n| Card | 10 days ${hostile} |`,
        '\n| Cash \\| coin | at once |',
        '\n\n```sh\nrefund --all\n```',
      ];
      for (const [index, unit] of units.entries()) {
        yield { type: 'text-delta', sentence: index, text: unit };
        yield { type: 'sentence-finished', sentence: index, text: unit.trim(), citations: [1], groundedness: 1 };
      }
      yield* quotedAnswer(quote).slice(-1);
    },
    async *folded() {
      const title = `Refunds ${hostile}`;
      const quote = quoteOf({ id: documentId, title, text }, sentence);
      const { passageId: id, version, uri, headingPath } = quote;
      const alsoIn = [{ documentId, title: 'Refunds', uri: null, version: 1, versionTag: '7.4' }];
      const passage = { id, documentId, version, title, uri, headingPath: [...headingPath], score: 0.9, alsoIn };
      yield { type: 'passages-retrieved', passages: [passage] };
      yield* quotedAnswer(quote);
    },
    async *refnds(_signal, { expand }) {
      const changes = [{ from: 'refnds', to: 'refunds', reason: 'spelling' as const }];
      const searched = { original: 'refnds', searched: `refunds ${hostile}`, reason: 'spelling' as const, changes };
      if (expand !== false) yield { type: 'question-expanded', ...searched };
      yield* quotedAnswer(quoteOf({ id: documentId, title: `Refunds ${hostile}`, text }, sentence));
    },
    async *refused() {
      const nearest = [{ documentId, title: `Refunds ${hostile}`, uri: 'javascript:alert(1)', score: 0.4 }];
      yield { type: 'answer-refused', reason: 'no-evidence', message: `Nothing says so. ${hostile}`, nearest };
    },
    async *endless(signal) {
      yield { type: 'text-delta', sentence: 0, text: 'Half a sentence' };
      await once(signal, 'abort');
      await new Promise(() => {});
    },
  };

  beforeAll(async () => {
    driver = await openTestDatabase();
    app = await openApp(driver, {
      answerQuestion: scriptedAnswer((input, signal) => scripts[input.question]?.(signal, input) ?? []),
      suggestFollowUps: async ({ answer: { question } }) =>
        question === 'quoted' ? [{ question: 'refused', documentId, title: 'Refunds', heading: 'Closing' }] : [],
      submit: fakePort<SubmitDocuments>('submit', {
        submit: async () => ({ documentId: newId('document'), jobId: null, version: 1, outcome: 'unchanged' }),
      }),
    });
    const { id: tenant } = await app.stores.identities.defaultTenant();
    documentId = await app.publish({ title: `Refunds ${hostile}`, text, tenant });
    server = await listen(app.application, {
      host: '127.0.0.1',
      port: 0,
      publicUrl: null,
      log: quiet,
      closeGraceMilliseconds: 200,
    });
    browser = await openBrowser(chromiumPath ?? '');
    context = await browser.newContext({ reducedMotion: 'reduce' });
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
    await driver.close();
  });

  beforeEach(async () => {
    await page?.close();
    page = await context.newPage();
    complaints = [];
    foreignRequests = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) foreignRequests.push(request.url());
    });
    await page.goto(server.url + app.application.createSignInPath());
    await page.locator('#view-ask').waitFor();
  });

  async function ask(question: string): Promise<void> {
    await page.locator('#question').fill(question);
    await page.keyboard.press('Enter');
  }

  it('answers with a number that opens the quote, marked, in its source', async () => {
    await ask('quoted');
    const chip = page.getByRole('button', { name: /^Quote 1, from Refunds/ });
    await chip.click();
    await page.locator('#source mark').waitFor();
    expect(await page.locator('#source mark').textContent()).toBe(sentence);
    expect(await page.locator('#source-text').textContent()).toBe(text);
    const box = await page.locator('#source mark').boundingBox();
    const { height } = page.viewportSize() ?? { height: 0 };
    expect(box && box.y > 0 && box.y + box.height < height).toBe(true);
    expect(await page.evaluate('document.activeElement.id')).toBe('source-title');
    await page.keyboard.press('Escape');
    expect(await page.locator('#source').isVisible()).toBe(false);
    expect(await page.evaluate('document.activeElement.className')).toBe('chip');
    expect(await page.locator('.notes').textContent()).toContain('Search by meaning was not available');
  });

  it('shows what sources and answers say as text, sends nothing elsewhere, and keeps its content policy', async () => {
    await ask('quoted');
    await page.getByRole('button', { name: /^Quote 1/ }).click();
    await page.locator('#source mark').waitFor();
    await page.keyboard.press('Escape');
    await ask('refused');
    await page.locator('.refusal').waitFor();
    await page.locator('#tab-documents').click();
    await page.locator('.documents li').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    expect([complaints, foreignRequests]).toEqual([[], []]);
  });

  it('lays out lists, tables and listings, each with the numbers of its quotes', async () => {
    await ask('laidOut');
    await page.locator('.feedback').waitFor();
    expect(await page.locator('.sentences .line').allTextContents()).toEqual([
      '1. Open Billing.1 ',
      '2. Choose Refund.1 ',
    ]);
    expect(await page.locator('.sentences thead th').allTextContents()).toEqual(['Paid by', 'Arrives in']);
    const cells = page.locator('.sentences tbody tr').nth(1).locator('th, td');
    expect(await cells.allTextContents()).toEqual(['Cash | coin', 'at once', '1']);
    expect(await page.locator('.sentences pre').textContent()).toBe('refund --all');
    expect(await page.locator('.sentences strong').textContent()).toBe('card');
    expect(await page.locator('.sentence .chip').count()).toBe(6);
    expect(await page.locator('.sentences img').count()).toBe(0);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  it('says that the sources do not answer, and opens the nearest document', async () => {
    await ask('refused');
    await page.locator('.nearest button').click();
    await page.locator('#source-text', { hasText: 'Opening hours.' }).waitFor();
    expect(await page.locator('.refusal').textContent()).toContain('Your sources don’t answer this.');
    expect(await page.locator('#source mark').count()).toBe(0);
  });

  it('says what was searched in the place of a misspelt question, and searches only for that when asked to', async () => {
    await ask('refnds');
    const note = page.locator('.readings li', { hasText: 'Showing results for “refunds' });
    await page.locator('.feedback').waitFor();
    await note.getByRole('button', { name: 'Search only for “refnds”' }).click();
    await page.locator('.feedback').nth(1).waitFor();
    expect(await page.locator('.question').allTextContents()).toEqual(['refnds', 'refnds']);
    expect(await page.locator('.readings').nth(1).textContent()).toBe('');
    expect(await note.count()).toBe(1);
  });

  it('names the other documents that say the same as a quote, and opens them', async () => {
    await ask('folded');
    await page.locator('.also-in').getByRole('button', { name: 'Refunds 7.4' }).click();
    await page.locator('#source-text', { hasText: 'Opening hours.' }).waitFor();
    expect(await page.locator('#source mark').count()).toBe(0);
  });

  it('offers questions to go on with, and asks them', async () => {
    await ask('quoted');
    await page.locator('.follow-ups').getByRole('button', { name: 'refused' }).click();
    await page.locator('.refusal').waitFor();
    expect(await page.locator('.question').allTextContents()).toEqual(['quoted', 'refused']);
  });

  it('stops an answer', async () => {
    await ask('endless');
    await page.locator('.draft', { hasText: 'Half a sentence' }).waitFor();
    await page.locator('#stop').click();
    await page.locator('.problem', { hasText: 'The answer was stopped' }).waitFor();
    await page.locator('#ask').waitFor();
  });

  it('goes on with the answer after its connection broke', async () => {
    await page.route('**/v1/answers', async (route) => {
      const response = await route.fetch();
      const body = await response.text();
      await route.fulfill({ response, body: body.slice(0, body.indexOf('event: sentence-finished')) });
    });
    await ask('quoted');
    await page.getByRole('button', { name: /^Quote 1/ }).waitFor();
    expect(await page.locator('.sentence').count()).toBe(1);
    expect(await page.locator('.quotes li').count()).toBe(1);
  });

  it('keeps a conversation, and opens it again', async () => {
    await ask('quoted');
    await page.locator('.feedback').waitFor();
    await ask('refused');
    await page.locator('.refusal').waitFor();
    const { hash } = new URL(page.url());
    expect(hash).toMatch(/^#conversation=cnv_/);
    await page.reload();
    await page.locator('.refusal').waitFor();
    expect(await page.locator('.question').allTextContents()).toEqual(['quoted', 'refused']);
    expect(await page.locator('.chip').count()).toBe(1);
  });

  it('takes files, and says what became of them', async () => {
    await page.locator('#tab-documents').click();
    await page
      .locator('#files')
      .setInputFiles({ name: 'notes.md', mimeType: 'text/markdown', buffer: Buffer.from('# Notes') });
    await page.locator('#uploads li', { hasText: 'Already there, unchanged.' }).waitFor();
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await ask('quoted');
    await page.getByRole('button', { name: /^Quote 1/ }).click();
    await page.locator('#source mark').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(await page.locator('main').getAttribute('inert')).not.toBeNull();
  });

  it('tells who is not signed in how to', async () => {
    await page.locator('#sign-out').click();
    await page.locator('#signed-out', { hasText: 'footnote serve' }).waitFor();
    expect(await page.locator('#view-ask').isVisible()).toBe(false);
  });

  it('cannot be used by a page of another origin', async () => {
    const evil = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>Elsewhere</title>');
    });
    evil.listen(0, '127.0.0.1');
    await once(evil, 'listening');
    const { port } = evil.address() as AddressInfo;
    const elsewhere = await context.newPage();
    await elsewhere.goto(`http://127.0.0.1:${port}/`);
    const statuses: (number | null)[] = [];
    elsewhere.on('response', (response) => {
      if (response.url().startsWith(server.url)) statuses.push(response.status());
    });
    const attempts = await elsewhere.evaluate(async (target) => {
      const post = (init: object) =>
        fetch(`${target}/v1/answers`, {
          method: 'POST',
          credentials: 'include',
          body: '{"question":"quoted"}',
          ...init,
        }).then(
          (response) => response.type,
          () => 'blocked',
        );
      return [
        await post({}),
        await post({ mode: 'no-cors' }),
        await post({ headers: { 'content-type': 'application/json' } }),
        await fetch(`${target}/v1/documents`, { credentials: 'include' }).then(
          (response) => response.type,
          () => 'blocked',
        ),
      ];
    }, server.url);
    expect(attempts.filter((outcome) => outcome !== 'blocked' && outcome !== 'opaque')).toEqual([]);
    expect(statuses.filter((status) => status === 200)).toEqual([]);
    evil.close();
    evil.closeAllConnections();
  });
});
