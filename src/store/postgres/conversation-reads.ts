import type { Answer } from '../../domain/answer.ts';
import { AppError } from '../../domain/errors.ts';
import type { AnswerId, ConversationId, TenantId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AnswerStore, ConversationSummary, Message } from '../answers.ts';
import type { Sql, SqlDriver, SqlValue } from '../sql.ts';
import { decodeCursor, toPage } from './cursor.ts';
import { isHeld } from './tenant-settings-store.ts';

type ConversationMethods = Pick<
  AnswerStore,
  'conversations' | 'conversation' | 'branch' | 'history' | 'removeConversation'
>;

/** $1 tenant, $2 whether the principal sees all conversations of it, $3 the user or the credential without one. */
export const ownedBy = 'c.tenant_id = $1 and ($2 or c.owner = $3)';

export function ownershipOf(principal: Principal): SqlValue[] {
  return [principal.tenantId, principal.role === 'admin', principal.userId ?? principal.credential];
}

const summaries = `select c.id, c.title, c.created_at as "createdAt", c.updated_at as "updatedAt", (
    select count(*) from messages m where m.tenant_id = c.tenant_id and m.conversation_id = c.id) as messages
  from conversations c where ${ownedBy}`;

export function createConversationReads(driver: SqlDriver): ConversationMethods {
  return {
    async conversations(principal, { limit, cursor }) {
      const [updatedAt = null, id = null] = decodeCursor(cursor, [/^\d{1,13}$/, /^cnv_/]) ?? [];
      const rows = await driver.queryAsTenant<ConversationSummary>(
        principal.tenantId,
        `${summaries} and ($4::timestamptz is null or (c.updated_at, c.id) < ($4, $5::text))
         order by c.updated_at desc, c.id desc limit $6`,
        [...ownershipOf(principal), updatedAt === null ? null : new Date(Number(updatedAt)), id, limit + 1],
      );
      return toPage(rows, limit, (last) => [String(Date.parse(last.updatedAt)), last.id]);
    },

    conversation: (principal, id, { branch, limit, cursor }) =>
      driver.asTenant(principal.tenantId, async (sql) => {
        const [after = null] = decodeCursor(cursor, [/^\d{1,18}$/]) ?? [];
        const summary = await summaryOf(sql, principal, { id, branch });
        if (!summary) return null;
        const rows = await sql.query<Message & { readonly ordinal: number }>(
          `${pathTo('$3::text')}
           select m.ordinal, m.role, m.text, m.answer_id as "answerId", m.final, m.created_at as "createdAt",
             p.parent_id as "parentAnswerId", array(
               select s.id from answers s where s.tenant_id = $1 and s.conversation_id = $2
                 and s.parent_id is not distinct from p.parent_id order by s.created_at, s.id) as alternatives
           from path p join messages m on m.tenant_id = $1 and m.conversation_id = $2 and m.answer_id = p.id
           where $4::bigint is null or m.ordinal > $4::bigint order by m.ordinal limit $5`,
          [principal.tenantId, id, branch, after, limit + 1],
        );
        const { items, nextCursor } = toPage(rows, limit, (last) => [String(last.ordinal)]);
        return { summary, messages: { items: items.map(({ ordinal: _ordinal, ...message }) => message), nextCursor } };
      }),

    branch: (principal, id, { branch, limit }) =>
      driver.asTenant(principal.tenantId, async (sql) => {
        const summary = await summaryOf(sql, principal, { id, branch });
        if (!summary) return null;
        const rows = await sql.query<{ answer: Answer }>(
          `${pathTo('$3::text')}
           select a.answer from path p join answers a on a.tenant_id = $1 and a.id = p.id order by p.depth limit $4`,
          [principal.tenantId, id, branch, limit],
        );
        return { summary, answers: rows.map(({ answer }) => answer).reverse() };
      }),

    history: (principal, id, { turns, editOf }) =>
      driver.asTenant(principal.tenantId, async (sql) => {
        const summary = await summaryOf(sql, principal, { id, branch: editOf });
        const parent = summary && (await parentOf(sql, principal.tenantId, { conversation: id, editOf }));
        if (!parent) return null;
        if (parent.id === null) return [];
        const rows = await sql.query<{ question: string; answer: string }>(
          `${pathTo('$3::text')}
           select a.answer ->> 'question' as question, coalesce(nullif(a.answer ->> 'text', ''), a.answer #>> '{refusal,message}', '') as answer
           from path p join answers a on a.tenant_id = $1 and a.id = p.id
           where a.state in ('finished', 'refused') order by p.depth limit $4`,
          [principal.tenantId, id, parent.id, turns],
        );
        return rows.reverse();
      }),

    removeConversation: (principal, id) =>
      driver.asTenant(principal.tenantId, async (sql) => {
        const values = [...ownershipOf(principal), id];
        const removed = await sql.query(
          `delete from conversations c where ${ownedBy} and c.id = $4 and not ${isHeld('$1')} returning 1`,
          values,
        );
        if (removed.length > 0) return true;
        if ((await sql.query(`select from conversations c where ${ownedBy} and c.id = $4`, values)).length === 0)
          return false;
        throw new AppError('CONFLICT', 'A legal hold is in force: conversations are kept until it is lifted.');
      }),
  };
}

const latest = `select id from answers where tenant_id = $1 and conversation_id = $2
  order by created_at desc, id desc limit 1`;

/** $1 tenant, $2 conversation; the answers from that one, or the latest where it is null, back to the beginning. */
function pathTo(answer: string): string {
  return `with recursive path as (
    select id, parent_id, 0 as depth from answers
    where tenant_id = $1 and conversation_id = $2 and id = coalesce(${answer}, (${latest}))
    union all
    select a.id, a.parent_id, p.depth + 1 from answers a join path p on a.tenant_id = $1 and a.id = p.parent_id)`;
}

/** Null when the conversation, or an answer that is named in it, does not exist for the principal. */
async function summaryOf(
  sql: Sql,
  principal: Principal,
  { id, branch }: { readonly id: ConversationId; readonly branch: AnswerId | null },
): Promise<ConversationSummary | null> {
  const [summary] = await sql.query<ConversationSummary>(
    `${summaries} and c.id = $4 and ($5::text is null or exists (
       select from answers a where a.tenant_id = $1 and a.conversation_id = $4 and a.id = $5))`,
    [...ownershipOf(principal), id, branch],
  );
  return summary ?? null;
}

interface ParentOptions {
  readonly conversation: string;
  readonly editOf: AnswerId | null;
}

/** The answer that a new question comes after, `id` null at the beginning; null when the conversation has no answer `editOf`. */
export async function parentOf(
  sql: Sql,
  tenant: TenantId,
  { conversation, editOf }: ParentOptions,
): Promise<{ id: AnswerId | null } | null> {
  const [row] = await sql.query<{ id: AnswerId | null }>(
    editOf === null
      ? `select (${latest}) as id`
      : `select parent_id as id from answers where tenant_id = $1 and conversation_id = $2 and id = $3`,
    editOf === null ? [tenant, conversation] : [tenant, conversation, editOf],
  );
  return row ?? null;
}
