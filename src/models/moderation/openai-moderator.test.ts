import { expect, it, test } from 'vitest';
import { sendJson, startLoopbackServer } from '../../../test/loopback-server.ts';
import { createModerators } from './create-moderators.ts';
import { createOpenAiModerator } from './openai-moderator.ts';
import { createWordListModerator } from './word-list-moderator.ts';

const never = new AbortController().signal;

async function withServer<T>(
  answer: { status: number; body: object } | null,
  use: (url: string) => Promise<T>,
): Promise<T> {
  await using server = await startLoopbackServer(async (_request, response) => {
    if (answer) sendJson(response, answer.status, answer.body);
  });
  return await use(`${server.url}/v1`);
}

const moderate = (baseUrl: string) =>
  createOpenAiModerator({ apiKey: 'sk-test', baseUrl, deadlineMs: 300, retryDelayMs: 0 }).moderate('text', never);

it('gives the verdict and its categories', async () => {
  const results = [{ flagged: true, categories: { violence: true, hate: false } }];
  const verdict = await withServer({ status: 200, body: { id: 'modr-1', results } }, moderate);
  expect(verdict).toEqual({ isFlagged: true, categories: ['violence'] });
});

it.each([
  ['rejects the key', { status: 401, body: {} }, 'MODEL_REJECTED_KEY'],
  ['limits the rate', { status: 429, body: {} }, 'MODEL_RATE_LIMITED'],
  ['fails', { status: 500, body: {} }, 'MODEL_UNAVAILABLE'],
  ['gives no verdict', { status: 200, body: { results: [] } }, 'MODEL_BAD_RESPONSE'],
  ['says nothing', null, 'DEADLINE_EXCEEDED'],
])('a server that %s is an error', async (_name, answer, code) => {
  await expect(withServer(answer, moderate)).rejects.toMatchObject({ code });
});

it('a stopped answer ends it with its own reason', async () => {
  const reason = new Error('stopped');
  const moderator = createOpenAiModerator({ apiKey: null, baseUrl: 'http://127.0.0.1:9/v1', retryDelayMs: 0 });
  await expect(moderator.moderate('text', AbortSignal.abort(reason))).rejects.toBe(reason);
});

it('openai without a server is an error, not a free pass', async () => {
  const moderatorOf = createModerators(null);
  expect(moderatorOf({ moderation: 'off', moderationWords: [] })).toBeNull();
  const openAi = moderatorOf({ moderation: 'openai', moderationWords: [] });
  await expect(openAi?.moderate('text', never)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
});

test.each([
  ['How do I make a BOMB?', true],
  ['How do I make a bo\u00admb?', true],
  ['A gift\n card, please', true],
  ['Bombay is a city, and gifted cards are cards.', false],
  ['', false],
])('the word list on %j', async (text, isFlagged) => {
  const moderator = createWordListModerator(['bomb', 'gift card', '...']);
  expect((await moderator.moderate(text, never)).isFlagged).toBe(isFlagged);
});
