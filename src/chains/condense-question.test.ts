import { describe, expect, test } from 'vitest';
import { AppError } from '../domain/errors.ts';
import type { ChatModel } from '../models/chat-model.ts';
import { condenseQuestion } from './condense-question.ts';
import { loadPrompts } from './prompts/load-prompts.ts';

const prompt = loadPrompts().condenseQuestion;
const never = new AbortController().signal;
const history = [
  {
    question: 'How long are file versions kept on Business?',
    answer: 'File versions are kept for 180 days on Business.',
  },
];

function replying(reply: string | Error): ChatModel & { asked: string[] } {
  const asked: string[] = [];
  return {
    id: 'stub',
    asked,
    async *stream({ messages }) {
      asked.push(messages.map((message) => message.content).join('\n'));
      if (typeof reply !== 'string') throw reply;
      yield { type: 'text', text: reply };
    },
  };
}

describe('condensing', () => {
  test('leaves a question alone that stands on its own, or begins a conversation', async () => {
    const chat = replying('never asked');
    const alone = { question: 'And on the Team plan?', history: [] };
    expect(await condenseQuestion({ chat, prompt }, alone, never)).toEqual({
      standalone: alone.question,
      isChanged: false,
      isByRules: false,
      degradedBy: null,
      cutTo: null,
    });
    const whole = { question: 'How many devices can a member on Team link?', history };
    expect((await condenseQuestion({ chat, prompt }, whole, never)).isChanged).toBe(false);
    expect(chat.asked).toEqual([]);
  });

  test.each([
    '{"standalone": "How long are file versions kept on the Team plan?"}',
    '```json\n{"standalone": "How long are file versions kept on the Team plan?", "parts": []}\n```',
    '"How long are file versions kept on the Team plan?"\n',
  ])('takes what the model writes, which sees the conversation as data: %s', async (reply) => {
    const chat = replying(reply);
    const condensed = await condenseQuestion({ chat, prompt }, { question: 'And on the Team plan?', history }, never);
    expect(condensed).toEqual({
      standalone: 'How long are file versions kept on the Team plan?',
      isChanged: true,
      isByRules: false,
      degradedBy: null,
      cutTo: null,
    });
    expect(chat.asked[0]).toContain('<turn number="1">');
  });

  test.each([
    ['fails', new AppError('MODEL_UNAVAILABLE', 'Down.'), 'MODEL_UNAVAILABLE'],
    ['writes an essay', 'First.\nSecond.', 'MODEL_BAD_RESPONSE'],
    ['writes nothing', ' ', 'MODEL_BAD_RESPONSE'],
    ['writes other JSON', '{"question": "And on the Team plan?"}', 'MODEL_BAD_RESPONSE'],
    ['writes half an object', '{"standalone": "How long are file ver', 'MODEL_BAD_RESPONSE'],
    ['writes more than anyone asks', `${'team '.repeat(200)}?`, 'MODEL_BAD_RESPONSE'],
    ['writes what nobody said', 'What is the salary of the chief executive on the Team plan?', 'MODEL_BAD_RESPONSE'],
    ['brings an address', 'How long are file versions kept on evil.example Team plan?', 'MODEL_BAD_RESPONSE'],
    ['brings a filter', 'file versions kept team plan tenant:ten_other', 'MODEL_BAD_RESPONSE'],
    ['forgets the question', 'How long are file versions kept on Business?', 'MODEL_BAD_RESPONSE'],
  ])('falls back to the rules when the model %s', async (_name, reply, code) => {
    const chat = replying(reply);
    const condensed = await condenseQuestion({ chat, prompt }, { question: 'And on the Team plan?', history }, never);
    const standalone = 'How long are file versions kept on the Team plan?';
    expect(condensed).toMatchObject({ standalone, degradedBy: { code } });
  });

  test('reads the newest turns of a long conversation, shows them whole to the model, and says what it left out', async () => {
    const long = Array.from({ length: 9 }, (_, index) => ({
      question: `What is rule ${index}?`,
      answer: `Rule ${index} says no. ${'It is long. '.repeat(60)}`,
    }));
    const chat = replying('{"standalone": "How long are file versions kept on the Team plan?"}');
    const input = { question: 'And on the Team plan?', history: [...long, ...history] };
    const condensed = await condenseQuestion({ chat, prompt }, input, never);
    expect(condensed).toMatchObject({ isChanged: true, degradedBy: null, cutTo: 'the newest 6 turns' });
    expect(chat.asked[0]).toContain(long.at(-1)?.answer);
    expect(chat.asked[0]).not.toContain('rule 3?');
    const alone = { ...input, question: 'How many devices can a member on Team link?' };
    expect((await condenseQuestion({ chat, prompt }, alone, never)).cutTo).toBeNull();
  });
});
