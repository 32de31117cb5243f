import { expect, test } from 'vitest';
import { type Behaviour, startStubModelServer } from '../../../test/stub-model-server.ts';
import type { ChatModel } from '../chat-model.ts';
import { createOpenAiChatModel } from './openai-chat-model.ts';

const schema = { name: 'reply', schema: { type: 'object', properties: {}, required: [], additionalProperties: false } };

async function open(...behaviours: Behaviour[]) {
  const server = await startStubModelServer();
  server.script(...behaviours);
  const options = { model: 'stub', apiKey: 'sk-test', baseUrl: server.url, retryDelayMs: 1 };
  return { server, model: await createOpenAiChatModel(options) };
}

async function read(model: ChatModel) {
  let text = '';
  const request = { messages: [{ role: 'user', content: 'Hello' }] as const, maxTokens: 50, schema };
  for await (const chunk of model.stream(request, new AbortController().signal))
    if (chunk.type === 'text') text += chunk.text;
  return text;
}

test('asks for the schema in one call where the server takes it', async () => {
  const { server, model } = await open({ kind: 'text', text: '{}' });
  await using _server = server;
  expect(await read(model)).toBe('{}');
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]?.body).toMatchObject({
    response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema: schema.schema } },
  });
});

test.each([400, 404, 422])('does without after a refusal with %i, and does not ask again', async (status) => {
  const { server, model } = await open(
    { kind: 'status', status },
    { kind: 'text', text: 'one' },
    { kind: 'text', text: 'two' },
  );
  await using _server = server;
  expect([await read(model), await read(model)]).toEqual(['one', 'two']);
  expect(server.requests.map(({ body }) => 'response_format' in body)).toEqual([true, false, false]);
});

test('a server that refuses both is not taken for one without schemas', async () => {
  const { server, model } = await open(
    { kind: 'status', status: 400 },
    { kind: 'status', status: 400 },
    { kind: 'text', text: '{}' },
  );
  await using _server = server;
  await expect(read(model)).rejects.toMatchObject({ code: 'MODEL_BAD_RESPONSE' });
  expect(await read(model)).toBe('{}');
  expect(server.requests.map(({ body }) => 'response_format' in body)).toEqual([true, false, true]);
});
