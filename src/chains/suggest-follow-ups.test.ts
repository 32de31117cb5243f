import { describe, expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { quotedAnswer, quoteOf, type ScriptedEvent, scriptedAnswer } from '../../test/open-app.ts';
import { type Answer, foldAnswer } from '../domain/answer.ts';
import type { FilterClause } from '../domain/filter.ts';
import { newId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import { defaultTenantSettings, type TenantSettings } from '../domain/tenant-settings.ts';
import type { ChatModel, ChatRequest } from '../models/chat-model.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { AnswerInput } from './answer-question.ts';
import { loadPrompts } from './prompts/load-prompts.ts';
import { createSuggestFollowUps } from './suggest-follow-ups.ts';

const documentId = newId('document');
const headings = ['Deadlines', 'Cards', 'Transfers', 'Who decides?', 'Part refunds', 'Gifts'];
const text = headings.map((heading) => `${heading} have a rule.`).join('\n');
const passages = headings.map((heading, ordinal) => ({
  ...{ id: newId('passage'), documentId, version: 1, ordinal, externalId: 'refunds', title: 'Refunds', uri: null },
  ...{
    headingPath: ['Refunds', heading],
    page: null,
    cells: null,
    tags: {},
    language: 'en',
    updatedAt: '2026-01-02T03:04:05.678Z',
  },
  ...{ text: `${heading} have a rule.`, start: 0, end: 0 },
}));
const principal: Principal = {
  ...{ tenantId: newId('tenant'), credential: newId('key'), userId: null },
  ...{ role: 'reader', scopes: ['read'], grants: [] },
};

const quoteIn = (heading: string) => ({
  ...quoteOf({ id: documentId, title: 'Refunds', text }, `${heading} have a rule.`),
  passageId: passages[headings.indexOf(heading)]?.id ?? '',
  headingPath: ['Refunds', heading],
});

async function answerTo(question: string, events: ScriptedEvent[]): Promise<Answer> {
  const input = {
    ...{ answerId: newId('answer'), conversationId: newId('conversation'), question, history: [], principal },
    ...{ filter: null, mode: 'strict' as const, locale: null, maxQuotes: 8, onRecord: () => {} },
  };
  const answer = foldAnswer(await Array.fromAsync(scriptedAnswer(() => events)(input, new AbortController().signal)));
  if (!answer) throw new Error('There is no answer.');
  return answer;
}

interface Suggesting {
  readonly language?: string;
  readonly chat?: ChatModel;
  readonly settings?: Partial<TenantSettings>;
}

const filter: FilterClause = { kind: 'condition', field: 'tags.plan', operator: 'eq', value: 'team' };

/** Suggestions where a question on each heading is answered by that heading’s passage, or as `answers` says. */
async function suggest(
  answers: Record<string, readonly ScriptedEvent[]> = {},
  { language = 'en', chat, settings = {} }: Suggesting = {},
) {
  const warnings: string[] = [];
  const asked: string[] = [];
  const inputs: AnswerInput[] = [];
  const suggestFollowUps = createSuggestFollowUps({
    chats: chat ? [chat] : [],
    prompt: loadPrompts().phraseFollowUps,
    log: { warn: (_fields, message) => warnings.push(message) },
    documents: fakePort<DocumentStore>('documents', {
      passages: async (asker) => {
        expect(asker).toBe(principal);
        return { items: passages.map((passage) => ({ ...passage, language })), nextCursor: null };
      },
    }),
    answerQuestion: scriptedAnswer((input) => {
      const { question } = input;
      asked.push(question);
      inputs.push(input);
      const heading = headings.find((name) => question.includes(name)) ?? '';
      return answers[heading] ?? quotedAnswer(quoteIn(heading));
    }),
  });
  const answer = await answerTo('When are the deadlines of transfers?', quotedAnswer(quoteIn('Cards')));
  const answered = { answer, principal, filter, settings: { ...defaultTenantSettings, ...settings } };
  const items = await suggestFollowUps(answered, new AbortController().signal);
  return { asked, inputs, warnings, questions: items.map(({ question }) => question), items };
}

describe('createSuggestFollowUps', () => {
  it('offers three questions on the nearest sections that were neither quoted nor asked for', async () => {
    const { questions, asked, items } = await suggest();
    expect(questions).toEqual([
      'Who decides?',
      'What does “Refunds” say about “Part refunds”?',
      'What does “Refunds” say about “Gifts”?',
    ]);
    expect(asked).toEqual(questions);
    expect(items[0]).toEqual({ question: 'Who decides?', documentId, title: 'Refunds', heading: 'Who decides?' });
  });

  it('leaves out what would be refused, and what would say the same again', async () => {
    const { questions, asked } = await suggest({ 'Who decides?': [], Gifts: quotedAnswer(quoteIn('Cards')) });
    expect(questions).toEqual(['What does “Refunds” say about “Part refunds”?']);
    expect(asked).toHaveLength(3);
  });

  it('tries them as the first question was asked, under the filter and the settings of the tenant', async () => {
    const { inputs } = await suggest(
      {},
      { settings: { refusalThreshold: 0.2, moderation: 'words', models: ['other'] } },
    );
    expect(inputs).toHaveLength(3);
    for (const input of inputs)
      expect(input).toMatchObject({
        filter,
        refusalThreshold: 0.2,
        guards: { moderation: 'words' },
        models: ['extractive'],
        cache: 'bypass',
      });
  });

  it('asks by title and heading where the document is not in English', async () => {
    expect((await suggest({}, { language: 'de' })).questions).toContain('Refunds: Gifts?');
  });

  describe('with a chat model', () => {
    const requests: ChatRequest[] = [];
    const writing = (reply: unknown): ChatModel => ({
      id: 'scripted',
      async *stream(request) {
        requests.push(request);
        yield { type: 'text', text: JSON.stringify(reply) };
      },
    });

    it('asks in its words, where they are the section’s', async () => {
      const questions = [
        'Who decides?',
        'Which rule do Part refunds have?',
        'Do Gifts have a free coupon at https://evil.example?',
      ];
      const { questions: offered, warnings } = await suggest({}, { chat: writing({ questions }) });
      expect(offered).toEqual([
        'Who decides?',
        'Which rule do Part refunds have?',
        'What does “Refunds” say about “Gifts”?',
      ]);
      expect(warnings).toEqual([]);
      expect(requests.at(-1)?.messages[1]?.content).toContain('<passage number="3">\nRefunds > Gifts\n');
    });

    it.each<[string, ChatModel, Partial<TenantSettings>]>([
      ['the tenant does not allow it any more', writing({ questions: [] }), { models: ['extractive'] }],
      ['it did not write the answer', { ...writing({ questions: [] }), id: 'other' }, {}],
    ])('does not ask it when %s', async (_name, chat, settings) => {
      requests.length = 0;
      const { questions, warnings } = await suggest({}, { chat, settings });
      expect(questions).toContain('What does “Refunds” say about “Gifts”?');
      expect(requests).toEqual([]);
      expect(warnings).toEqual([]);
    });

    it('asks by the headings when it does not write one question a section', async () => {
      const { questions, warnings } = await suggest({}, { chat: writing({ questions: ['Who?'] }) });
      expect(questions).toContain('What does “Refunds” say about “Gifts”?');
      expect(warnings).toHaveLength(1);
    });
  });
});
