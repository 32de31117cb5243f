import { beforeEach, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { samplePrincipal } from '../../../test/sample-documents.ts';
import { Answer, type AnswerEvent, foldAnswer } from '../../domain/answer.ts';
import { type AnswerId, type ConversationId, newId, type TenantId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AnswerRecord, AnswerStore } from '../answers.ts';
import { createAnswerStore } from './answer-store.ts';
import { createIndexRows } from './documents/index-rows.ts';

const firstTurn = { isNewConversation: true, editOf: null };
const nextTurn = { isNewConversation: false, editOf: null };
const wholeBranch = { branch: null, limit: 50, cursor: null };

const record: AnswerRecord = {
  standalone: 'What?',
  promptVersions: { answer: '1' },
  embedder: 'e1',
  passages: [{ id: 'psg_1', documentId: 'doc_1', version: 1, score: 0.5, dense: 0.4, sparse: null }],
  refusal: { probability: 0.1, threshold: 0.5, contributions: { coverage: 1.5 } },
  rejectedQuotes: [{ text: 'x\0', reason: 'altered' }],
};

describeOnEachDatabase('answer store', (database) => {
  let clock = 0;
  const now = () => new Date(clock);
  let store: AnswerStore;
  let tenant: TenantId;
  let ada: Principal;
  beforeEach(async () => {
    clock = Date.parse('2026-01-01T00:00:00Z');
    await database().asOperator((sql) => sql.query('delete from tenants'));
    store = createAnswerStore(database(), { now, processName: 'here' });
    tenant = await createTestTenant(database());
    ada = samplePrincipal(tenant, { role: 'reader', credential: newId('key') });
  });

  function started(question: string, conversationId: ConversationId): Extract<AnswerEvent, { type: 'answer-started' }> {
    const at = now().toISOString();
    return {
      type: 'answer-started',
      sequence: 0,
      at,
      answerId: newId('answer'),
      conversationId,
      question,
      mode: 'strict',
      model: 'extractive',
    };
  }

  interface Turn {
    readonly question: string;
    readonly conversationId: ConversationId;
    readonly isNew: boolean;
    readonly ending?: 'finished' | 'refused';
    readonly editOf?: AnswerId | null;
  }

  /** One question from its start to its end. */
  async function ask({ question, conversationId, isNew, ending = 'finished', editOf = null }: Turn): Promise<AnswerId> {
    const first = started(question, conversationId);
    const base = { sequence: 1, at: first.at };
    const last: AnswerEvent =
      ending === 'finished'
        ? {
            ...base,
            type: 'answer-finished',
            text: `answer to ${question}`,
            sentences: [],
            quotes: [],
            confidence: 0.9,
            usage: { inputTokens: 1, outputTokens: 2 },
            cost: null,
            timings: { search: 1.5 },
            cached: false,
          }
        : { ...base, type: 'answer-refused', reason: 'no-evidence', message: 'The sources do not say.', nearest: [] };
    await store.begin(ada, first, { isNewConversation: isNew, editOf });
    const events = [first, last];
    const answer = foldAnswer(events);
    if (!answer) throw new Error('no answer');
    await store.finish(ada, { answer, events, record });
    await store.finish(ada, { answer, events, record });
    return first.answerId as AnswerId;
  }

  it('keeps an answer with its events and its record', async () => {
    const conversationId = newId('conversation');
    const id = await ask({ question: 'How \ud800?', conversationId, isNew: true });
    const answer = await store.get(ada, id);
    expect(Answer.parse(answer)).toMatchObject({
      id,
      conversationId,
      question: 'How \ufffd?',
      state: 'finished',
      text: 'answer to How \ufffd?',
      confidence: 0.9,
    });
    expect((await store.events(ada, id))?.map(({ type }) => type)).toEqual(['answer-started', 'answer-finished']);
    // As it was written, member by member.
    expect(Object.keys((await store.record(ada, id)) ?? {})).toEqual(Object.keys(record));
    expect(await store.record(ada, id)).toEqual({
      ...record,
      rejectedQuotes: [{ text: 'x\ufffd', reason: 'altered' }],
    });
    expect(await store.conversation(ada, conversationId, wholeBranch)).toMatchObject({
      summary: { id: conversationId, title: 'How \ufffd?', messages: 2 },
      messages: {
        items: [
          { role: 'user', text: 'How \ufffd?', answerId: id, final: true, parentAnswerId: null, alternatives: [id] },
          { role: 'assistant', text: 'answer to How \ufffd?', answerId: id, final: true },
        ],
        nextCursor: null,
      },
    });
  });

  it('shows an answer that is being written as not final', async () => {
    const conversationId = newId('conversation');
    const first = started('How?', conversationId);
    await store.begin(ada, first, firstTurn);
    expect(await store.get(ada, first.answerId as AnswerId)).toMatchObject({ state: 'running', text: '' });
    expect(
      (await store.conversation(ada, conversationId, wholeBranch))?.messages.items.map(({ final }) => final),
    ).toEqual([true, false]);
    expect(await store.history(ada, conversationId, { turns: 5, editOf: null })).toEqual([]);
  });

  it('gives the last turns, oldest first, refusals among them', async () => {
    const conversationId = newId('conversation');
    for (const [index, ending] of (['finished', 'refused', 'finished'] as const).entries()) {
      clock += 1_000;
      await ask({ question: `q${index}`, conversationId, isNew: index === 0, ending });
    }
    expect(await store.history(ada, conversationId, { turns: 2, editOf: null })).toEqual([
      { question: 'q1', answer: 'The sources do not say.' },
      { question: 'q2', answer: 'answer to q2' },
    ]);
  });

  it('an edited question begins a branch from before it, and the old branch stays readable', async () => {
    const conversationId = newId('conversation');
    const say = async (question: string, editOf: AnswerId | null = null) => {
      clock += 1_000;
      return await ask({ question, conversationId, isNew: question === 'q1', editOf });
    };
    const [first, second, third] = [await say('q1'), await say('q2'), await say('q3')];
    const edited = await say('q2 in other words', second);
    const read = async (branch: AnswerId | null) => {
      const page = (await store.conversation(ada, conversationId, { ...wholeBranch, branch }))?.messages.items ?? [];
      return page.filter(({ role }) => role === 'user');
    };
    expect((await read(null)).map(({ text }) => text)).toEqual(['q1', 'q2 in other words']);
    expect((await read(third)).map(({ text }) => text)).toEqual(['q1', 'q2', 'q3']);
    expect((await read(null))[1]).toMatchObject({ parentAnswerId: first, alternatives: [second, edited] });
    const before = async (editOf: AnswerId | null) =>
      (await store.history(ada, conversationId, { turns: 6, editOf }))?.map(({ question }) => question);
    expect(await before(null)).toEqual(['q1', 'q2 in other words']);
    expect(await before(third)).toEqual(['q1', 'q2']);
    expect(await before(first)).toEqual([]);
    const exported = await store.branch(ada, conversationId, { branch: third, limit: 2 });
    expect(exported?.answers.map(({ question }) => question)).toEqual(['q2', 'q3']);
  });

  it('an answer of another conversation cannot be edited or read in this one', async () => {
    const [own, other] = [newId('conversation'), newId('conversation')];
    const ownAnswer = await ask({ question: 'q', conversationId: own, isNew: true });
    await ask({ question: 'q', conversationId: other, isNew: true });
    const place = { isNewConversation: false, editOf: ownAnswer };
    await expect(store.begin(ada, started('q', other), place)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.history(ada, other, { turns: 6, editOf: ownAnswer })).toBeNull();
    expect(await store.conversation(ada, other, { ...wholeBranch, branch: ownAnswer })).toBeNull();
    expect(await store.branch(ada, other, { branch: ownAnswer, limit: 5 })).toBeNull();
  });

  it('messages are read in pages', async () => {
    const conversationId = newId('conversation');
    for (const question of ['q0', 'q1']) {
      clock += 1_000;
      await ask({ question, conversationId, isNew: question === 'q0' });
    }
    const first = await store.conversation(ada, conversationId, { branch: null, limit: 3, cursor: null });
    const cursor = first?.messages.nextCursor ?? null;
    const second = await store.conversation(ada, conversationId, { branch: null, limit: 3, cursor });
    const texts = [first, second].flatMap((page) => page?.messages.items.map(({ text }) => text));
    expect(texts).toEqual(['q0', 'answer to q0', 'q1', 'answer to q1']);
    expect(second?.messages.nextCursor).toBeNull();
  });

  it('shows a conversation to its owner and to administrators only', async () => {
    const conversationId = newId('conversation');
    const id = await ask({ question: 'q', conversationId, isNew: true });
    const sees = async (principal: Principal) => ({
      answer: (await store.get(principal, id)) !== null,
      events: (await store.events(principal, id)) !== null,
      record: (await store.record(principal, id)) !== null,
      conversation: (await store.conversation(principal, conversationId, wholeBranch)) !== null,
      history: (await store.history(principal, conversationId, { turns: 3, editOf: null })) !== null,
      listed: (await store.conversations(principal, { limit: 9, cursor: null })).items.length === 1,
      feedback: await store.addFeedback(principal, id, { rating: 'up', comment: 'ok', sentence: 0 }),
      given: (await store.feedback(principal, id, 9)) !== null,
    });
    const [everything, nothing] = [true, false].map((seen) => ({
      answer: seen,
      events: seen,
      record: seen,
      conversation: seen,
      history: seen,
      listed: seen,
      feedback: seen,
      given: seen,
    }));
    expect(await sees(ada)).toEqual(everything);
    expect(await sees(samplePrincipal(tenant))).toEqual(everything);
    const strangers = [
      samplePrincipal(tenant, { role: 'reader', credential: newId('key') }),
      samplePrincipal(await createTestTenant(database()), { credential: ada.credential }),
    ];
    for (const stranger of strangers) {
      expect(await sees(stranger)).toEqual(nothing);
      await expect(store.begin(stranger, started('q', conversationId), nextTurn)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      expect(await store.removeConversation(stranger, conversationId)).toBe(false);
    }
  });

  it('belongs to the user behind several credentials', async () => {
    const userId = newId('user');
    ada = { ...ada, userId };
    const conversationId = newId('conversation');
    await ask({ question: 'q', conversationId, isNew: true });
    const elsewhere = { ...ada, credential: newId('session') };
    expect(await store.conversation(elsewhere, conversationId, wholeBranch)).not.toBeNull();
  });

  it('lists conversations by their last turn, page by page', async () => {
    const ids: ConversationId[] = [];
    for (const question of ['a', 'b', 'c', 'd']) {
      const conversationId = newId('conversation');
      await ask({ question, conversationId, isNew: true });
      ids.unshift(conversationId);
    }
    clock += 1;
    const last = ids.pop() ?? 'cnv_';
    await ask({ question: 'again', conversationId: last, isNew: false });
    const first = await store.conversations(ada, { limit: 3, cursor: null });
    const second = await store.conversations(ada, { limit: 3, cursor: first.nextCursor });
    expect(first.items[0]).toMatchObject({ id: last, messages: 4 });
    expect(new Set([...first.items, ...second.items].map(({ id }) => id))).toEqual(new Set([last, ...ids]));
    expect(second.nextCursor).toBeNull();
    await expect(store.conversations(ada, { limit: 3, cursor: 'x' })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  it('gives the last ratings of finished answers, with the quotes that each sentence has', async () => {
    const conversationId = newId('conversation');
    const id = await ask({ question: 'q', conversationId, isNew: true });
    const refused = await ask({ question: 'r', conversationId, isNew: false, ending: 'refused' });
    const answer = await store.get(ada, id);
    if (!answer) throw new Error('no answer');
    const place = {
      documentId: 'doc_1',
      version: 1,
      start: 0,
      end: 1,
      uri: null,
      title: '',
      headingPath: [],
      page: null,
    };
    const quotes = [{ number: 1, text: 'x', passageId: 'psg_1', ...place }];
    const sentences = [
      { text: 'x', citations: [1], groundedness: 1 },
      { text: 'y', citations: [], groundedness: 1 },
    ];
    await store.finish(ada, { answer: { ...answer, quotes, sentences }, events: [], record });
    for (const details of [{}, { sentence: 1 }, { quote: 1 }])
      await store.addFeedback(ada, id, { rating: 'up', ...details });
    await store.addFeedback(ada, refused, { rating: 'down' });
    expect(await store.feedback(ada, refused, 9)).toEqual([{ rating: 'down', createdAt: expect.any(String) }]);
    expect(await store.feedback(ada, id, 2)).toMatchObject([{ quote: 1 }, { sentence: 1 }]);
    const ratings = await store.ratings(tenant, 2);
    expect(ratings.map(({ quote, sentence }) => [quote, sentence])).toEqual([
      [null, 1],
      [1, null],
    ]);
    expect(ratings[0]).toMatchObject({
      ...{ question: record.standalone, author: ada.credential, rating: 'up', citations: [[1], []] },
      quotes: [{ number: 1, passageId: 'psg_1' }],
    });
    expect(await store.ratings(await createTestTenant(database()), 2)).toEqual([]);
  });

  it('removes a conversation with its answers, even one that is being written', async () => {
    const conversationId = newId('conversation');
    const id = await ask({ question: 'q', conversationId, isNew: true });
    await store.addFeedback(ada, id, { rating: 'down' });
    expect(await store.removeConversation(ada, conversationId)).toBe(true);
    expect(await store.removeConversation(ada, conversationId)).toBe(false);
    expect(await store.get(ada, id)).toBeNull();
    const answer = foldAnswer([{ ...started('q', conversationId), answerId: id }]);
    if (!answer) throw new Error('no answer');
    await store.finish(ada, { answer, events: [], record });
    expect(await store.get(ada, id)).toBeNull();
    await expect(store.begin(ada, started('q', conversationId), nextTurn)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('adds a whole answer as begin and finish together write it, to a new conversation and to one that is there', async () => {
    const written = newId('conversation');
    const added = newId('conversation');
    for (const [question, isNewConversation] of [['first', true] as const, ['second', false] as const]) {
      await ask({ question, conversationId: written, isNew: isNewConversation });
      const first = started(question, added);
      const events: AnswerEvent[] = [
        first,
        {
          type: 'answer-refused',
          sequence: 1,
          at: first.at,
          reason: 'no-evidence',
          message: `not ${question}`,
          nearest: [],
        },
      ];
      const answer = foldAnswer(events);
      if (!answer) throw new Error('no answer');
      await store.add(ada, { answer, events, record }, { isNewConversation, editOf: null });
      clock += 1_000;
      expect(await store.get(ada, first.answerId as AnswerId)).toMatchObject({ state: 'refused', question });
      expect(await store.events(ada, first.answerId as AnswerId)).toEqual(events);
      expect(await store.record(ada, first.answerId as AnswerId)).toMatchObject({ standalone: record.standalone });
    }
    const [one, other] = await Promise.all(
      [written, added].map(async (id) => (await store.conversation(ada, id, wholeBranch))?.messages.items),
    );
    const shape = (messages = other) =>
      messages?.map(({ role, final, createdAt, parentAnswerId }) => [role, final, createdAt, parentAnswerId === null]);
    expect(shape()).toEqual(shape(one));
    expect(other?.map(({ text }) => text)).toEqual(['first', 'not first', 'second', 'not second']);
    expect(await store.failInterrupted()).toBe(0);
  });

  it('adds a whole answer under a condition only while the tenant has that generation', async () => {
    const { tenantId } = ada;
    const generation = await createIndexRows(database()).generation(tenantId);
    const wholeOf = () => {
      const first = started('q', newId('conversation'));
      const answer = foldAnswer([first]);
      if (!answer) throw new Error('no answer');
      return { answer, events: [first], record };
    };
    const [stale, current] = [wholeOf(), wholeOf()];
    expect(await store.addIf(ada, stale, generation + 1)).toBe(false);
    expect(await store.get(ada, stale.answer.id as AnswerId)).toBeNull();
    expect(
      await store.history(ada, stale.answer.conversationId as ConversationId, { turns: 1, editOf: null }),
    ).toBeNull();
    expect(await store.addIf(ada, current, generation)).toBe(true);
    expect(await store.get(ada, current.answer.id as AnswerId)).toMatchObject({ question: 'q' });
    await expect(store.addIf(ada, current, generation)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('adds nothing of a whole answer to what is not there, or is there already', async () => {
    const conversationId = newId('conversation');
    const first = started('q', conversationId);
    const answer = foldAnswer([first]);
    if (!answer) throw new Error('no answer');
    const whole = { answer, events: [first], record };
    await expect(store.add(ada, whole, nextTurn)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.get(ada, first.answerId as AnswerId)).toBeNull();
    await ask({ question: 'q', conversationId, isNew: true });
    await expect(store.add(ada, whole, firstTurn)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await store.get(ada, first.answerId as AnswerId)).toBeNull();
  });

  it('does not start a conversation twice', async () => {
    const conversationId = newId('conversation');
    await ask({ question: 'q', conversationId, isNew: true });
    await expect(store.begin(ada, started('q', conversationId), firstTurn)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('fails what its own process, or one that is long gone, left unfinished', async () => {
    const ids = [];
    for (const processName of ['here', 'elsewhere']) {
      const first = started('q', newId('conversation'));
      await createAnswerStore(database(), { now, processName }).begin(ada, first, firstTurn);
      ids.push(first);
    }
    const done = await ask({ question: 'done', conversationId: newId('conversation'), isNew: true });
    expect(await store.failInterrupted()).toBe(1);
    const [own, other] = ids;
    const failed = await store.get(ada, own?.answerId as AnswerId);
    expect(Answer.parse(failed)).toMatchObject({ state: 'failed', error: { code: 'SERVER_STOPPING' } });
    expect(
      (await store.conversation(ada, own?.conversationId as ConversationId, wholeBranch))?.messages.items[1],
    ).toMatchObject({ text: 'The server stopped before the answer was finished.', final: false });
    expect(await store.get(ada, other?.answerId as AnswerId)).toMatchObject({ state: 'running' });
    clock += 3_600_000;
    expect(await store.failInterrupted()).toBe(1);
    expect(await store.get(ada, other?.answerId as AnswerId)).toMatchObject({ state: 'failed' });
    expect(await store.get(ada, done)).toMatchObject({ state: 'finished' });
  });
});
