import { describe, expect, it } from 'vitest';
import { sampleAnswerInput } from '../../../test/answer-input.ts';
import { quotedAnswer, type ScriptedEvent, scriptedAnswer } from '../../../test/open-app.ts';
import { samplePrincipal } from '../../../test/sample-documents.ts';
import type { AnswerEvent, Quote } from '../../domain/answer.ts';
import { AppError } from '../../domain/errors.ts';
import { newId } from '../../domain/ids.ts';
import type { AnswerField, ObjectSchema } from '../../domain/object-schema.ts';
import { defaultTenantSettings, type TenantSettings } from '../../domain/tenant-settings.ts';
import { createWordListModerator } from '../../models/moderation/word-list-moderator.ts';
import type { Moderator } from '../../models/moderator.ts';
import type { AnswerRecord } from '../../store/answers.ts';
import type { AnswerInput } from '../answer-question.ts';
import { guardAnswers } from './guard-answers.ts';
import { type MaskedValues, restoreText } from './mask-personal-data.ts';

const never = new AbortController().signal;
const nobody: Moderator = {
  id: 'down',
  moderate: () => Promise.reject(new AppError('MODEL_UNAVAILABLE', 'The server is down.')),
};

interface Asked {
  readonly question: string;
  readonly guards?: Partial<TenantSettings> | null;
  readonly script?: readonly ScriptedEvent[];
  readonly textLeaves?: boolean;
  readonly moderator?: Moderator;
  readonly history?: AnswerInput['history'];
  readonly schema?: ObjectSchema;
}

async function ask({ question, guards = {}, script = [], textLeaves = true, moderator, history = [], schema }: Asked) {
  const seen: AnswerInput[] = [];
  const records: AnswerRecord[] = [];
  let values: MaskedValues = {};
  const guarded = guardAnswers({
    answerQuestion: scriptedAnswer((input) => {
      seen.push(input);
      return script;
    }),
    moderatorOf: ({ moderation, moderationWords }) =>
      moderation === 'off' ? null : (moderator ?? createWordListModerator(moderationWords)),
    textLeaves: () => textLeaves,
    now: () => new Date('2026-01-01T00:00:00Z'),
  });
  const input = sampleAnswerInput(samplePrincipal(newId('tenant')), question, {
    history,
    guards: guards && { ...defaultTenantSettings, ...guards },
    schema,
    onMask: (given) => {
      values = given;
    },
    onRecord: (record) => records.push(record),
  });
  const events: AnswerEvent[] = [];
  for await (const event of guarded(input, never)) events.push(event);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index));
  expect(records).toHaveLength(1);
  const restore = (text: string) => restoreText(text, values);
  return { events, seen, records, restore, types: events.map(({ type }) => type) };
}

function quote(number: number, text: string): Quote {
  const place = { passageId: 'psg_1', documentId: 'doc_1', version: 1, start: 0, end: text.length };
  return { number, text, ...place, uri: null, title: 'T', headingPath: [], page: null };
}

/** An answer of sentences, each with a quote of its own. */
function answerOf(...texts: string[]): ScriptedEvent[] {
  const sentences = texts.map((text, index) => ({ text, citations: [index + 1], groundedness: 1 }));
  const quotes = texts.map((text, index) => quote(index + 1, text));
  const [, , , finished] = quotedAnswer(quote(1, ''));
  const steps = sentences.flatMap((sentence, index): ScriptedEvent[] => [
    { type: 'quote-verified', ...quote(index + 1, sentence.text) },
    { type: 'text-delta', sentence: index, text: `${index === 0 ? '' : ' '}${sentence.text}` },
    { type: 'sentence-finished', sentence: index, ...sentence },
  ]);
  if (finished?.type !== 'answer-finished') throw new Error('The fourth event ends the answer.');
  return [...steps, { ...finished, text: texts.join(' '), sentences, quotes }];
}

describe('personal data', () => {
  const question = 'Can ada@x.example pay with 4111111111111111?';
  const masked = 'Can [email 1] pay with [card 1]?';

  it('reaches neither the chain, nor events, nor the record when a model is outside', async () => {
    const history = [{ question: 'I am bob@x.example', answer: 'Hello [email 1].' }];
    const { events, seen, records, restore } = await ask({ question, history });
    expect(seen[0]?.question).toBe(masked.replace('email 1', 'email 2').replace('card 1', 'card 2'));
    expect(JSON.stringify([seen[0]?.question, seen[0]?.history, events, records])).not.toMatch(/@x\.example|4111/);
    expect(restore(seen[0]?.question ?? '')).toBe(question);
  });

  it('stays in the chain, and nowhere else, when everything is in this process', async () => {
    const expansion = { original: question, searched: `${question} pays`, reason: 'spelling' as const };
    const script: ScriptedEvent[] = [
      { type: 'question-condensed', standalone: `Tell: ${question}` },
      { type: 'question-expanded', ...expansion, changes: [{ from: 'ada@x.example', to: 'ada', reason: 'spelling' }] },
    ];
    const history = [{ question: 'I am bob@x.example', answer: '' }];
    const { events, seen, records } = await ask({ question, script, history, textLeaves: false });
    expect(seen[0]).toMatchObject({ question, history });
    expect(JSON.stringify([events, records])).not.toMatch(/@x\.example|4111/);
    expect(events[1]).toMatchObject({ standalone: `Tell: ${masked}` });
  });

  it.each([null, { maskPersonalData: false }])('is left alone with %j', async (guards) => {
    const { seen, events } = await ask({ question, guards });
    expect(seen[0]?.question).toBe(question);
    expect(events[0]).toMatchObject({ question });
  });
});

describe('moderation', () => {
  const words: Partial<TenantSettings> = { moderation: 'words', moderationWords: ['gift card', 'Böse'] };

  it('refuses a flagged question before anything is searched', async () => {
    const { events, seen } = await ask({ question: 'How do I buy a GIFT\u200b-card for a@x.example?', guards: words });
    expect(seen).toEqual([]);
    expect(events).toMatchObject([
      { type: 'answer-started', question: 'How do I buy a GIFT\u200b-card for [email 1]?' },
      { type: 'answer-refused', reason: 'unsafe-question', nearest: [] },
    ]);
  });

  it('withholds a flagged sentence with the quotes that only it cites', async () => {
    const script = answerOf('A bose thing is said first.', 'The second is fine.', 'A gift card comes third.');
    const { events, types } = await ask({ question: 'What?', guards: words, script });
    expect(types).toEqual([
      'answer-started',
      'sentence-withheld',
      'quote-verified',
      'text-delta',
      'sentence-finished',
      'sentence-withheld',
      'answer-finished',
    ]);
    expect(events[1]).toMatchObject({ sentence: 0, reason: 'unsafe-text' });
    expect(events[3]).toMatchObject({ text: 'The second is fine.' });
    expect(events.at(-1)).toMatchObject({
      text: 'The second is fine.',
      quotes: [{ number: 2 }],
      sentences: [{ citations: [2] }],
    });
    expect(JSON.stringify(events)).not.toMatch(/bose|gift/);
  });

  it('refuses when no sentence is left, and changes nothing when none is flagged', async () => {
    const all = await ask({ question: 'What?', guards: words, script: answerOf('A gift card.') });
    expect(all.types).toEqual(['answer-started', 'sentence-withheld', 'answer-refused']);
    const script = answerOf('One is fine.', 'Two as well.');
    const none = await ask({ question: 'What?', guards: words, script });
    const plain = await ask({ question: 'What?', guards: { moderation: 'off' }, script });
    expect(none.events.slice(1)).toEqual(plain.events.slice(1));
  });

  it('that cannot be asked lets nothing pass when it is closed, and all when it is open, and says so', async () => {
    const asked = { question: 'What?', moderator: nobody, script: answerOf('One is fine.') };
    const closed = await ask({ ...asked, guards: { moderation: 'openai' } });
    const degraded = { type: 'step-degraded', step: 'moderation', cause: 'MODEL_UNAVAILABLE' };
    expect(closed.events.slice(1)).toMatchObject([{ ...degraded, to: 'closed' }, { type: 'answer-refused' }]);
    expect(closed.seen).toEqual([]);
    const open = await ask({ ...asked, guards: { moderation: 'openai', moderationFailure: 'open' } });
    expect(open.events[1]).toMatchObject({ ...degraded, to: 'open' });
    expect(open.types.filter((type) => type === 'step-degraded')).toHaveLength(1);
    expect(open.events.at(-1)).toMatchObject({ type: 'answer-finished', text: 'One is fine.' });
  });
});

describe('an answer as an object', () => {
  const words: Partial<TenantSettings> = { moderation: 'words', moderationWords: ['gift card'] };
  const schema: ObjectSchema = {
    type: 'object',
    description: 'Asked by ada@x.example',
    properties: {
      giftCardFee: { type: 'integer' },
      who: {
        type: 'string',
        enum: ['ada@x.example', 'nobody'],
        description: 'Is ada@x.example or bob@x.example told?',
      },
    },
  };

  /** The answer of one sentence with a quote for each field, as its own number after that of the sentence. */
  function objectOf(values: Record<string, { value: AnswerField['value']; quote: string }>): ScriptedEvent[] {
    const script = answerOf('One is fine.');
    const finished = script.pop();
    if (finished?.type !== 'answer-finished') throw new Error('The last event ends the answer.');
    const quotes = Object.values(values).map((field, index) => quote(index + 2, field.quote));
    const fields = Object.entries(values).map(([name, { value }], index) => [name, { value, quotes: [index + 2] }]);
    const object = Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
    return [
      ...script,
      ...quotes.map((shown): ScriptedEvent => ({ type: 'quote-verified', ...shown })),
      { ...finished, quotes: [...finished.quotes, ...quotes], object, fields: Object.fromEntries(fields) },
    ];
  }

  it('asks with the personal data of its schema hidden where a model is outside', async () => {
    const { seen, restore } = await ask({ question: 'Is ada@x.example told?', schema });
    expect(JSON.stringify(seen[0]?.schema)).not.toContain('@x.example');
    expect(seen[0]?.schema).toMatchObject({
      description: 'Asked by [email 1]',
      properties: { giftCardFee: { type: 'integer' }, who: { enum: ['[email 1]', 'nobody'] } },
    });
    expect(restore('[email 1] and [email 2]')).toBe('ada@x.example and bob@x.example');
    const within = await ask({ question: 'Is ada@x.example told?', schema, textLeaves: false });
    expect(within.seen[0]?.schema).toEqual(schema);
  });

  it.each<[string, ObjectSchema['properties']]>([
    ['the name of a field', { giftCardFee: { type: 'integer' } }],
    ['a description', { fee: { type: 'integer', description: 'of a gift-card' } }],
    ['an option', { kind: { type: 'string', enum: ['Gift card', 'Voucher'] } }],
  ])('is refused for %s', async (_name, properties) => {
    const { events, seen } = await ask({ question: 'What?', guards: words, schema: { type: 'object', properties } });
    expect(seen).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'answer-refused', reason: 'unsafe-question' });
  });

  it('loses each field that is flagged by its value or by the quote that it brings', async () => {
    const script = objectOf({
      good: { value: 'Five days', quote: 'It takes five days.' },
      text: { value: 'A gift card', quote: 'It is fine.' },
      list: { value: ['cash', 'gift card'], quote: 'It is fine too.' },
      count: { value: 5, quote: 'Five of a gift card.' },
    });
    const { events } = await ask({ question: 'What?', guards: words, script });
    const unsafe = { value: null, quotes: [], reason: 'unsafe-text' };
    expect(events.at(-1)).toMatchObject({
      type: 'answer-finished',
      text: 'One is fine.',
      object: { good: 'Five days', text: null, list: null, count: null },
      fields: { good: { value: 'Five days', quotes: [2] }, text: unsafe, list: unsafe, count: unsafe },
      quotes: [{ number: 1 }, { number: 2 }],
    });
    const verified = events.filter(({ type }) => type === 'quote-verified');
    expect(verified).toMatchObject([{ number: 1 }, { number: 2 }]);
    expect(JSON.stringify(events)).not.toMatch(/gift/);
  });

  it('has no field while the moderation cannot be asked, unless it is open, and passes unchanged when it flags nothing', async () => {
    const script = objectOf({ good: { value: 'Five days', quote: 'It takes five days.' } });
    let calls = 0;
    const breaking: Moderator = {
      id: 'breaking',
      moderate: (text, signal) =>
        ++calls < 3 ? Promise.resolve({ isFlagged: false, categories: [] }) : nobody.moderate(text, signal),
    };
    const closed = await ask({ question: 'What?', guards: words, script, moderator: breaking });
    expect(closed.events.at(-2)).toMatchObject({ type: 'step-degraded', step: 'moderation', to: 'closed' });
    expect(closed.events.at(-1)).toMatchObject({ object: { good: null }, quotes: [{ number: 1 }] });
    const passed = await ask({ question: 'What?', guards: words, script });
    expect(passed.events.at(-1)).toMatchObject({
      object: { good: 'Five days' },
      quotes: [{ number: 1 }, { number: 2 }],
    });
  });
});
