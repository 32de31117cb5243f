import { hostname } from 'node:os';
import { type Answer, type AnswerEvent, foldAnswer } from '../../domain/answer.ts';
import { AppError } from '../../domain/errors.ts';
import type { AnswerId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AnswerRating, AnswerRecord, AnswerStore, ConversationPlace } from '../answers.ts';
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

  return {
    ...createConversationReads(driver),

    begin: (principal, started, place) =>
      driver.asTenant(principal.tenantId, (sql) =>
        beginAnswer(sql, principal, { started, ...place, processName, now: now() }),
      ),

    finish: (principal, answer, events, record) =>
      driver.asTenant(principal.tenantId, (sql) =>
        finishAnswer(sql, { answer, events, record, principal, now: now() }),
      ),

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

    async ratings(tenant, limit) {
      const rows = await driver.queryAsTenant<AnswerRating>(
        tenant,
        `select coalesce(a.record ->> 'standalone', a.answer ->> 'question') as question, f.author, f.rating,
           (f.details ->> 'quote')::integer as quote, (f.details ->> 'sentence')::integer as sentence,
           a.answer -> 'quotes' as quotes, jsonb_path_query_array(a.answer, '$.sentences[*].citations') as citations
         from feedback f join answers a on a.tenant_id = f.tenant_id and a.id = f.answer_id
         where f.tenant_id = $1 and a.state = 'finished' order by f.ordinal desc limit $2`,
        [tenant, limit],
      );
      return rows.reverse();
    },

    failInterrupted: () => driver.asOperator((sql) => failInterrupted(sql, processName, now())),
  };
}

interface BeginOptions extends ConversationPlace {
  readonly started: Extract<AnswerEvent, { type: 'answer-started' }>;
  readonly processName: string;
  readonly now: Date;
}

async function beginAnswer(sql: Sql, principal: Principal, options: BeginOptions): Promise<void> {
  const { started, isNewConversation, editOf, processName, now } = options;
  const { tenantId } = principal;
  const place = [tenantId, started.conversationId];
  if (isNewConversation) {
    const title = started.question.trim().slice(0, titleLength).toWellFormed();
    await sql
      .query(
        'insert into conversations (tenant_id, id, owner, title, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)',
        [...place, ownerOf(principal), title, now],
      )
      .catch((error) => {
        throw isUniqueViolation(error) ? new AppError('CONFLICT', 'The conversation exists already.') : error;
      });
  } else {
    const continued = await sql.query(
      `update conversations c set updated_at = $5 where ${ownedBy} and c.id = $4 returning 1`,
      [...ownershipOf(principal), started.conversationId, now],
    );
    if (continued.length === 0) throw new AppError('NOT_FOUND', `There is no conversation ${started.conversationId}.`);
  }
  const parent = await parentOf(sql, tenantId, { conversation: started.conversationId, editOf });
  if (!parent) throw new AppError('NOT_FOUND', 'There is no such answer in the conversation.');
  await sql.query(
    `insert into answers (tenant_id, conversation_id, id, state, answer, events, writer, created_at, parent_id)
     values ($1, $2, $3, 'running', $4, '[]', $5, $6, $7)`,
    [...place, started.answerId, encodeJson(foldAnswer([started])), processName, now, parent.id],
  );
  await sql.query(
    `insert into messages (tenant_id, conversation_id, answer_id, role, text, final, created_at)
     values ($1, $2, $3, 'user', $4, true, $5), ($1, $2, $3, 'assistant', '', false, $5)`,
    [...place, started.answerId, started.question, now],
  );
}

interface FinishOptions {
  readonly principal: Principal;
  readonly answer: Answer;
  readonly events: readonly AnswerEvent[];
  readonly record: AnswerRecord;
  readonly now: Date;
}

/** The conversation may have been removed while the answer was written; then there is nothing left to finish. */
async function finishAnswer(sql: Sql, { principal, answer, events, record, now }: FinishOptions): Promise<void> {
  const { tenantId } = principal;
  await sql.query(
    'update answers set state = $3, answer = $4, events = $5, record = $6 where tenant_id = $1 and id = $2',
    [tenantId, answer.id, answer.state, encodeJson(answer), encodeJson(events), encodeJson(record)],
  );
  await sql.query(
    `update messages set text = $4, final = $5
     where tenant_id = $1 and conversation_id = $2 and answer_id = $3 and role = 'assistant'`,
    [tenantId, answer.conversationId, answer.id, textOf(answer), answer.state !== 'running'],
  );
  await sql.query('update conversations set updated_at = $3 where tenant_id = $1 and id = $2', [
    tenantId,
    answer.conversationId,
    now,
  ]);
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
       update answers set state = 'failed', answer = answer || jsonb_build_object('state', 'failed', 'error', $1::jsonb)
       where state = 'running' and (writer = $2 or created_at < $3)
       returning tenant_id, conversation_id, id)
     update messages m set text = $4 from failed
     where m.tenant_id = failed.tenant_id and m.conversation_id = failed.conversation_id and m.answer_id = failed.id
       and m.role = 'assistant' returning 1`,
    [problem, processName, new Date(now.getTime() - longestMilliseconds), detail],
  );
  return failed.length;
}
