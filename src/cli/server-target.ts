import { createHash } from 'node:crypto';
import type { EvalCase } from '../../evals/case.ts';
import { hashOf } from '../../evals/hash-of.ts';
import type { TargetOf } from '../../evals/suite.ts';
import type { Forecast, SuiteTarget } from '../../evals/suite-target.ts';
import { priced } from '../../evals/targets/price-answer.ts';
import { recordAnswer } from '../../evals/targets/record-answer.ts';
import type { AnswerEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { AnswerRecord } from '../store/answers.ts';
import { type Client, createClient } from './client.ts';
import { searchesItself } from './in-process-target.ts';

const documentsPerPage = 200;
/** More than an answer's calls have read and written; most need a fifth of it. */
const mostTokens = { calls: 4, inputTokens: 16_000, outputTokens: 4_000 };

interface DocumentPage {
  readonly items: readonly { readonly id: string; readonly version: number | null; readonly contentHash: string }[];
  readonly nextCursor: string | null;
  readonly passagesWithoutVector: number;
}

export interface ServerTargetOptions {
  readonly url: string;
  readonly key: string;
  readonly settings: TargetOf<'footnote'>;
}

/**
 * A running Footnote, asked as any client asks it, each answer computed anew. What the key may read is what the askers may: cases with groups or a tenant are
 * errors. The earlier turns of a case are asked again in the same conversation, which is removed afterwards.
 */
export function createServerTarget({ url, key, settings }: ServerTargetOptions): SuiteTarget {
  const send = (path: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    headers.set('cache-control', 'no-store');
    return fetch(`${url}${path}`, { ...init, headers, redirect: 'manual' });
  };
  const client = createClient(send, key, async () => {});
  const names = new Map<string, Promise<string>>();
  const contents = new Map<string, Promise<string | null>>();
  const { model, mode, prices } = settings;
  const configuration = hashOf(['footnote', url, model, mode, prices]);
  const sources = {
    nameOf: (id: string) =>
      once(names, id, async () => (await client.get<{ externalId: string }>(`/v1/documents/${id}`)).externalId, id),
    content: (id: string, version: number) =>
      once(
        contents,
        `${id}/${version}`,
        async () => (await client.get<{ text: string }>(`/v1/documents/${id}/content?version=${version}`)).text,
        null,
      ),
    explanation: async (id: string) => await client.get<AnswerRecord>(`/v1/answers/${id}/record`).catch(() => null),
  };
  return {
    configuration,
    async prepare(progress, signal) {
      try {
        return { identity: `${configuration}.${await stateOf(client, progress, signal)}` };
      } catch (error) {
        signal.throwIfAborted();
        const { code, detail } = AppError.from(error);
        throw new AppError('TARGET_UNAVAILABLE', `${url} cannot be asked: ${code}, ${detail}`, { cause: error });
      }
    },
    forecast: ({ history }): Forecast => {
      const turns = history.length + 1;
      const { calls, inputTokens, outputTokens } = mostTokens;
      return priced(
        { calls: calls * turns, inputTokens: inputTokens * turns, outputTokens: outputTokens * turns, cost: null },
        prices,
      );
    },
    async ask(question, signal) {
      if (question.contexts.length > 0) throw searchesItself();
      if (question.groups.length > 0 || question.tenant !== undefined) throw decidedByKey(question);
      let conversationId: string | undefined;
      const options = { mode, ...(model === undefined ? {} : { model }) };
      const body = (text: string) => ({
        question: text,
        ...options,
        ...(conversationId === undefined ? {} : { conversationId }),
      });
      const note = async function* (events: AsyncIterable<AnswerEvent>) {
        for await (const event of events) {
          if (event.type === 'answer-started') conversationId = event.conversationId;
          yield event;
        }
      };
      try {
        for (const turn of question.history)
          for await (const _event of note(
            client.stream<AnswerEvent>('/v1/answers', { ...body(turn.question), stream: true }, signal),
          ));
        const stream = client.stream<AnswerEvent>('/v1/answers', { ...body(question.question), stream: true }, signal);
        const answer = await recordAnswer(note(stream), sources);
        return { ...answer, cost: priced({ ...answer.usage, cost: answer.cost }, prices).cost };
      } finally {
        if (conversationId !== undefined) await client.delete(`/v1/conversations/${conversationId}`).catch(() => {});
      }
    },
    close: async () => {},
  };
}

/** Remembers what was read; what fails is `otherwise`, and is asked for again. */
function once<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>, otherwise: T): Promise<T> {
  const found =
    known.get(key) ??
    read().catch(() => {
      known.delete(key);
      return otherwise;
    });
  known.set(key, found);
  return found;
}

/** Hash over version, models and the versions of all documents. Waits until no passage lacks its vector, as a suite would be answered by words alone. */
async function stateOf(
  client: Client,
  progress: (label: string, done: number, total: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  const { version } = await client.get<{ version: string }>('/readyz?detail=true');
  // Says with a reason what is wrong with a key; OpenAI's route does not.
  await client.get('/v1/me');
  const { data } = await client.get<{ data: readonly { id: string }[] }>('/v1/models');
  hash.update(JSON.stringify([version, data.map(({ id }) => id)]));
  let read = 0;
  let cursor: string | null = null;
  do {
    signal.throwIfAborted();
    const page: DocumentPage = await client.get<DocumentPage>(
      `/v1/documents?limit=${documentsPerPage}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { id, version: current, contentHash } of page.items) hash.update(`${id} ${current} ${contentHash}\n`);
    if (page.passagesWithoutVector > 0)
      throw new AppError('INDEX_UNAVAILABLE', `${page.passagesWithoutVector} passages still wait for their vector.`);
    read += page.items.length;
    progress('documents', read, read);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return hash.digest('hex');
}

function decidedByKey({ groups }: EvalCase): AppError {
  const field = groups.length > 0 ? 'groups' : 'tenant';
  return new AppError(
    'INVALID_REQUEST',
    `What a server gives to read is decided by the key, and the case names ${field} of its own.`,
    { errors: [{ field, expected: 'none, or a target in process', received: 'some' }] },
  );
}
