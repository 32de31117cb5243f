import { describe, expect, test } from 'vitest';
import { AppError } from '../domain/errors.ts';
import type { ChatModel } from '../models/chat-model.ts';
import { condenseByRules, condenseQuestion, dependsOnHistory } from './condense-question.ts';
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

describe('which questions need the turns before', () => {
  test.each([
    'And on the Team plan?',
    'How long does that take?',
    'What about guests?',
    'Why?',
    'Can they be restored?',
  ])('%s', (question) => expect(dependsOnHistory(question)).toBe(true));
  test.each([
    'How many devices can a member on Team link?',
    'Is there a limit on the size of a shared folder?',
    'What does the error code KS-1042 mean in the desktop app?',
  ])('not: %s', (question) => expect(dependsOnHistory(question)).toBe(false));
});

describe('by rules', () => {
  test('what the last question was about is added, and its names give way to new ones', () => {
    const standalone = condenseByRules('And on the Team plan?', {
      question: 'How long are file versions kept on Business?',
      answer: '',
    });
    expect(standalone).toBe('And on the Team plan? (file versions)');
  });

  test('a question that said little borrows from its answer', () => {
    const standalone = condenseByRules('And by card?', {
      question: 'How long?',
      answer: 'A refund takes ten business days.',
    });
    expect(standalone).toMatch(/^And by card\? \(refund/);
  });
});

describe('condensing', () => {
  test('leaves a question alone that stands on its own, or begins a conversation', async () => {
    const chat = replying('never asked');
    const alone = { question: 'And on the Team plan?', history: [] };
    expect(await condenseQuestion({ chat, prompt }, alone, never)).toEqual({
      standalone: alone.question,
      isChanged: false,
      degradedBy: null,
    });
    const whole = { question: 'How many devices can a member on Team link?', history };
    expect((await condenseQuestion({ chat, prompt }, whole, never)).isChanged).toBe(false);
    expect(chat.asked).toEqual([]);
  });

  test('takes what the model writes, which sees the conversation as data', async () => {
    const chat = replying('"How long are file versions kept on the Team plan?"\n');
    const condensed = await condenseQuestion({ chat, prompt }, { question: 'And on the Team plan?', history }, never);
    expect(condensed).toEqual({
      standalone: 'How long are file versions kept on the Team plan?',
      isChanged: true,
      degradedBy: null,
    });
    expect(chat.asked[0]).toContain('<turn number="1">');
  });

  test.each([
    ['fails', new AppError('MODEL_UNAVAILABLE', 'Down.'), 'MODEL_UNAVAILABLE'],
    ['writes an essay', 'First.\nSecond.', 'MODEL_BAD_RESPONSE'],
    ['writes nothing', ' ', 'MODEL_BAD_RESPONSE'],
  ])('falls back to the rules when the model %s', async (_name, reply, code) => {
    const chat = replying(reply);
    const condensed = await condenseQuestion({ chat, prompt }, { question: 'And on the Team plan?', history }, never);
    expect(condensed).toMatchObject({ standalone: 'And on the Team plan? (file versions)', degradedBy: { code } });
  });
});
