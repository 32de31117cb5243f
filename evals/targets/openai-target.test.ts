import { expect, it } from 'vitest';
import { createChatModels } from '../../src/models/chat/create-chat-model.ts';
import { startStubModelServer } from '../../test/stub-model-server.ts';
import { stubCases } from '../../test/stub-suite.ts';
import { Suite, type TargetOf } from '../suite.ts';
import { createOpenAiTarget } from './openai-target.ts';

const never = new AbortController().signal;

it('asks a chat model with the texts of the case and records what it cites, spends and refuses', async () => {
  await using server = await startStubModelServer();
  server.script(
    { kind: 'text', text: 'Refunds take five days [2]. Ask the desk.' },
    { kind: 'text', text: 'I cannot answer this.' },
  );
  const target = { kind: 'openai', url: server.url, model: 'stub-1', prices: { input: 1, output: 10 } };
  const suite = Suite.parse({ name: 'chat', target, data: { path: 'x' }, metrics: ['recall@5'] });
  const [chat] = await createChatModels({ models: ['stub-1'], apiKey: 'k', baseUrl: server.url });
  if (!chat) throw new Error('There is no model.');
  const asked = createOpenAiTarget({ chat, settings: suite.target as TargetOf<'openai'> });
  const [one, two] = stubCases(2, {
    contexts: ['Invoices come monthly.', 'Refunds take five days.'],
    history: [{ question: 'Hello?', answer: 'Hi.' }],
  });
  if (!one || !two) throw new Error('There are no cases.');
  const answer = await asked.ask(one, never);
  expect(answer).toMatchObject({
    state: 'finished',
    model: 'stub-1',
    sentences: [{ text: 'Refunds take five days [2].', citations: [2] }, { citations: [] }],
    quotes: [{ number: 2, text: 'Refunds take five days.', document: 'context 2' }],
    retrieved: [{ document: 'context 1' }, { document: 'context 2' }],
    usage: { inputTokens: 100, outputTokens: 20, calls: 1 },
    cost: (100 * 1 + 20 * 10) / 1_000_000,
  });
  const { messages = [] } = server.requests[0]?.body ?? {};
  expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
  expect(messages[0]?.content).toContain('[2] Refunds take five days.');
  expect(await asked.ask(two, never)).toMatchObject({ state: 'refused', text: '', quotes: [] });
  const { cost, calls } = asked.forecast(one);
  expect(calls).toBe(1);
  // The whole of what may be written counts.
  expect(cost).toBeGreaterThan((1024 * 10) / 1_000_000);
});
