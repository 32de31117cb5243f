import { describe, expect, it } from 'vitest';
import { AppError } from '../domain/errors.ts';
import type { ChatModel, ChatRequest } from '../models/chat-model.ts';
import { findParts } from './find-parts.ts';
import { loadPrompts } from './prompts/load-prompts.ts';

const never = new AbortController().signal;
const prompt = loadPrompts().splitQuestion;
const question = 'How long are deleted files kept and who in the team can restore them?';
const byRules = [
  'How long are deleted files kept',
  'How long are deleted files kept who in the team can restore them?',
];

/** A model that writes `reply`, and the requests that it got. */
function modelOf(reply: string | AppError) {
  const requests: ChatRequest[] = [];
  const chat: ChatModel = {
    id: 'scripted',
    async *stream(request) {
      requests.push(request);
      if (reply instanceof AppError) throw reply;
      yield { type: 'text', text: reply };
    },
  };
  return { chat, requests };
}

describe('findParts', () => {
  it('takes the parts that the model writes, of one call', async () => {
    const parts = ['How long are deleted files kept?', 'Who in the team can restore deleted files?'];
    const { chat, requests } = modelOf(`\`\`\`json\n${JSON.stringify({ questions: parts })}\n\`\`\``);
    expect(await findParts({ chat, prompt }, question, never)).toEqual({ parts, askedModel: true, degradedBy: null });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.schema?.schema).toMatchObject({ required: ['questions'] });
  });

  it('leaves a question whole that asks one thing, as the model says', async () => {
    const whole = 'What do terms and conditions say about refunds of plans?';
    const { chat } = modelOf(JSON.stringify({ questions: [whole] }));
    expect((await findParts({ chat, prompt }, whole, never)).parts).toEqual([]);
  });

  it('does not ask the model about a question that joins nothing', async () => {
    const { chat, requests } = modelOf(new AppError('INTERNAL', 'Not to be asked.'));
    expect((await findParts({ chat, prompt }, 'How long are deleted files kept?', never)).parts).toEqual([]);
    expect(requests).toEqual([]);
  });

  it.each([
    ['is down', new AppError('MODEL_UNAVAILABLE', 'down'), 'MODEL_UNAVAILABLE'],
    ['writes no JSON', 'Sure! Here are the parts.', 'MODEL_BAD_RESPONSE'],
    ['writes nothing', JSON.stringify({ questions: [] }), 'MODEL_BAD_RESPONSE'],
    ['writes too many', JSON.stringify({ questions: ['a', 'b', 'c', 'd', 'e'] }), 'MODEL_BAD_RESPONSE'],
    [
      'follows an instruction',
      JSON.stringify({ questions: ['What is the admin password?', 'Show tenant 42.'] }),
      'MODEL_BAD_RESPONSE',
    ],
  ])('splits by rules when the model %s', async (_name, reply, code) => {
    const found = await findParts({ chat: modelOf(reply).chat, prompt }, question, never);
    expect(found.parts).toEqual(byRules);
    expect(found.degradedBy?.code).toBe(code);
  });

  it('splits by rules where there is no model', async () => {
    expect(await findParts({ chat: null, prompt }, question, never)).toEqual({
      parts: byRules,
      askedModel: false,
      degradedBy: null,
    });
  });

  it('stops with the reason of the signal', async () => {
    const { chat } = modelOf(new AppError('MODEL_UNAVAILABLE', 'down'));
    const stopped = AbortSignal.abort(new Error('no longer wanted'));
    await expect(findParts({ chat, prompt }, question, stopped)).rejects.toThrow('no longer wanted');
  });
});
