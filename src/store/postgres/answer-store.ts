import { hostname } from 'node:os';
import { type Answer, type AnswerEvent, foldAnswer } from '../../domain/answer.ts';
import { AppError } from '../../domain/errors.ts';
import type { AnswerId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type {
  AnswerRating,
  AnswerRecord,
  AnswerStore,
  ConversationPlace,
  Feedback,
  GivenFeedback,
  WholeAnswer,
} from '../answers.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import { createConversationReads, ownedBy, ownershipOf, parentOf } from './conversation-reads.ts';
import { isUniqueViolation } from './database-error.ts';
import { encodeJson } from './sql-values.ts';

export interface AnswerStoreOptions {
  readonly now?: () => Date;
  /** Names this process across restarts, so that it knows which answers it left unfinished; the default is the name of the machine. */
  readonly processName?: string;
}

const titleLength = 120;
/** No answer is written for longer; after it, an unfinished one belongs to a process that is gone for good. */
const longestMilliseconds = 900_000;

export function createAnswerStore(driver: SqlDriver, options: AnswerStoreOptions = {}): AnswerStore {
  const { now = () => new Date(), processName = hostname() } = options;

  async function readColumn<T>(principal: Principal, id: AnswerId, column: 'answer' | 'events' | 'record') {
    const rows = await driver.queryAsTenant<{ value: T }>(
      principal.tenantId,
      `select a.${column} as value from answers a
       join conversations c on c.tenant_id = a.tenant_id and c.id = a.conversation_id
       where ${ownedBy} and a.tenant_id = $1 and a.id = $4`,
      [...ownershipOf(principal), id],
    );
    return rows[0]?.value ?? null;
  }

  const writeTurn = (principal: Principal, turn: Omit<Turn, 'processName' | 'now'>) =>
    driver.asTenant(principal.tenantId, (sql) => addTurn(sql, principal, { ...turn, processName, now: now() }));

  return {
    ...createConversationReads(driver),

    begin: async (principal, started, place) => {
      await writeTurn(principal, { started, ...place, whole: null, generation: null });
    },
    add: async (principal, whole, place) => {
      await writeTurn(principal, { started: firstOf(whole), ...place, whole, generation: null });
    },
    addIf: (principal, whole, generation) =>
      writeTurn(principal, { started: firstOf(whole), ...newConversation, whole, generation }),

    finish: (principal, whole) =>
      driver.asTenant(principal.tenantId, (sql) => finishAnswer(sql, principal, { ...whole, now: now() })),

    get: (principal, id) => readColumn<Answer>(principal, id, 'answer'),
    events: (principal, id) => readColumn<AnswerEvent[]>(principal, id, 'events'),
    record: (principal, id) => readColumn<AnswerRecord>(principal, id, 'record'),

    async addFeedback(principal, id, { rating, ...details }) {
      const rows = await driver.queryAsTenant(
        principal.tenantId,
        `insert into feedback (tenant_id, answer_id, author, rating, details, created_at)
         select $1, a.id, $3, $5, $6, $7 from answers a
         join conversations c on c.tenant_id = a.tenant_id and c.id = a.conversation_id
         where ${ownedBy} and a.tenant_id = $1 and a.id = $4 returning 1`,
        [...ownershipOf(principal), id, rating, details, now()],
      );
      return rows.length > 0;
    },

    async feedback(principal, id, limit) {
      const rows = await driver.queryAsTenant<GivenFeedback & { details: Omit<Feedback, 'rating'> | null }>(
        principal.tenantId,
        `select f.rating, f.details, f.created_at as "createdAt" from answers a
         join conversations c on c.tenant_id = a.tenant_id and c.id = a.conversation_id
         left join feedback f on f.tenant_id = a.tenant_id and f.answer_id = a.id
         where ${ownedBy} and a.tenant_id = $1 and a.id = $4 order by f.ordinal desc limit $5`,
        [...ownershipOf(principal), id, limit],
      );
      // An answer without feedback is one row without any.
      const given = rows.flatMap(({ details, ...row }) => (details === null ? [] : [{ ...row, ...details }]));
      return rows.length === 0 ? null : given;
    },

    async ratings(tenant, limit) {
      const rows = await driver.queryAsTenant<AnswerRating>(
        tenant,
        `select coalesce(a.record ->> 'standalone', a.answer ->> 'question') as question, f.author, f.rating,
           (f.details ->> 'quote')::integer as quote, (f.details ->> 'sentence')::integer as sentence,
           a.answer -> 'quotes' as quotes, jsonb_path_query_array(a.answer::jsonb, '$.sentences[*].citations') as citations
         from feedback f join answers a on a.tenant_id = f.tenant_id and a.id = f.answer_id
         where f.tenant_id = $1 and a.state = 'finished' order by f.ordinal desc limit $2`,
        [tenant, limit],
      );
      return rows.reverse();
    },

    failInterrupted: () => driver.asOperator((sql) => failInterrupted(sql, processName, now())),
  };
}

type Started = Extract<AnswerEvent, { type: 'answer-started' }>;

const newConversation: ConversationPlace = { isNewConversation: true, editOf: null };

function firstOf({ events }: WholeAnswer): Started {
  const [started] = events;
  if (started?.type !== 'answer-started') throw new AppError('INTERNAL', 'An answer has no first event.');
  return started;
}

interface Turn extends ConversationPlace {
  readonly started: Started;
  /** Null: it is still to be written. */
  readonly whole: WholeAnswer | null;
  /** The one that the tenant must have; null: any. */
  readonly generation: number | null;
  readonly processName: string;
  readonly now: Date;
}

/** Resolves to whether the turn was written. */
async function addTurn(sql: Sql, principal: Principal, turn: Turn): Promise<boolean> {
  const { started, isNewConversation, editOf, now } = turn;
  if (isNewConversation) {
    const title = started.question.trim().slice(0, titleLength).toWellFormed();
    return await insertTurn(sql, principal, { ...turn, parent: null, conversation: { title } }).catch((error) => {
      throw isUniqueViolation(error) ? new AppError('CONFLICT', 'The conversation exists already.') : error;
    });
  }
  const continued = await sql.query(
    `update conversations c set updated_at = $5 where ${ownedBy} and c.id = $4 returning 1`,
    [...ownershipOf(principal), started.conversationId, now],
  );
  if (continued.length === 0) throw new AppError('NOT_FOUND', `There is no conversation ${started.conversationId}.`);
  const parent = await parentOf(sql, principal.tenantId, { conversation: started.conversationId, editOf });
  if (!parent) throw new AppError('NOT_FOUND', 'There is no such answer in the conversation.');
  return await insertTurn(sql, principal, { ...turn, parent: parent.id, conversation: null });
}

interface PlacedTurn extends Turn {
  readonly parent: AnswerId | null;
  /** Null: it is there already. */
  readonly conversation: { readonly title: string } | null;
}

/** One statement: a round trip costs as much as the writing. */
async function insertTurn(sql: Sql, principal: Principal, turn: PlacedTurn): Promise<boolean> {
  const { started, whole, parent, conversation, generation, processName, now } = turn;
  const answer = whole?.answer ?? foldAnswer([started]);
  const { state = 'running' } = answer ?? {};
  const insertConversation = `conversation as (
    insert into conversations (tenant_id, id, owner, title, created_at, updated_at)
    select $1, $2, $14, $15, $5, $5 from tenant),`;
  const rows = await sql.queryLast(
    `with tenant as (
       select where $13::bigint is null or exists (select from tenants where id = $1 and generation = $13)),
     ${conversation ? insertConversation : ''}
     answer as (
       insert into answers (tenant_id, conversation_id, id, created_at, state, answer, events, record, writer, parent_id)
       select $1, $2, $3, $5, $6, $7, $8, $9, $10, $11 from tenant)
     insert into messages (tenant_id, conversation_id, answer_id, role, text, final, created_at)
     select $1, $2, $3, m.role, m.text, m.final, $5
     from tenant cross join (values ('user', $4, true), ('assistant', $12, $6 <> 'running')) m (role, text, final)
     returning 1`,
    [
      principal.tenantId,
      started.conversationId,
      started.answerId,
      started.question,
      now,
      state,
      encodeJson(answer),
      encodeJson(whole?.events ?? []),
      whole ? encodeJson(whole.record) : null,
      processName,
      parent,
      whole ? textOf(whole.answer) : '',
      generation,
      ...(conversation ? [ownerOf(principal), conversation.title] : []),
    ],
  );
  return rows.length > 0;
}

/** The conversation may have been removed while the answer was written; then there is nothing left to finish. */
async function finishAnswer(
  sql: Sql,
  { tenantId }: Principal,
  { answer, events, record, now }: WholeAnswer & { readonly now: Date },
): Promise<void> {
  await sql.queryLast(
    `with answer as (
       update answers set state = $4, answer = $5, events = $6, record = $7 where tenant_id = $1 and id = $3),
     message as (
       update messages set text = $8, final = $4 <> 'running'
       where tenant_id = $1 and conversation_id = $2 and answer_id = $3 and role = 'assistant')
     update conversations set updated_at = $9 where tenant_id = $1 and id = $2`,
    [
      tenantId,
      answer.conversationId,
      answer.id,
      answer.state,
      encodeJson(answer),
      encodeJson(events),
      encodeJson(record),
      textOf(answer),
      now,
    ],
  );
}

function textOf(answer: Answer): string {
  return answer.text || answer.refusal?.message || answer.error?.detail || '';
}

/** The user, or the credential where no user stands behind it. */
function ownerOf(principal: Principal): string {
  return principal.userId ?? principal.credential;
}

/** Runs as the operator, at the start of the process. */
async function failInterrupted(sql: Sql, processName: string, now: Date): Promise<number> {
  const { code, spec, detail } = new AppError('SERVER_STOPPING', 'The server stopped before the answer was finished.');
  const problem = {
    type: `/docs/errors/${code}`,
    title: spec.title,
    status: spec.status,
    code,
    detail,
    errors: [],
    requestId: '',
  };
  const failed = await sql.query(
    `with failed as (
       update answers set state = 'failed', answer = (answer::jsonb || jsonb_build_object('state', 'failed', 'error', $1::jsonb))::json
       where state = 'running' and (writer = $2 or created_at < $3)
       returning tenant_id, conversation_id, id)
     update messages m set text = $4 from failed
     where m.tenant_id = failed.tenant_id and m.conversation_id = failed.conversation_id and m.answer_id = failed.id
       and m.role = 'assistant' returning 1`,
    [problem, processName, new Date(now.getTime() - longestMilliseconds), detail],
  );
  return failed.length;
}
