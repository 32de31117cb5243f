import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { FieldValue, unprovedReasons, type WantedField } from '../../domain/object-schema.ts';
import type { ChatModel } from '../../models/chat-model.ts';
import type { ScoredPassage } from '../../retrieve/retrieve.ts';
import { fence, type Prompt } from '../prompts/load-prompts.ts';
import { readJsonReply } from '../read-json-reply.ts';
import { describedBy } from './stated-values.ts';

export interface FieldClaim {
  readonly value: FieldValue | null;
  readonly quotes: readonly { readonly passage: number | null; readonly text: string }[];
  readonly reason: (typeof unprovedReasons)[number] | null;
}

interface Asked {
  readonly question: string;
  readonly passages: readonly ScoredPassage[];
  readonly fields: readonly WantedField[];
}

const tokensForField = 200;
const mostTokens = 2000;
const mostQuotes = 4;

const Claim = z.object({
  value: FieldValue.nullable(),
  quotes: z.array(z.object({ passage: z.int().nullable(), text: z.string() })).max(mostQuotes),
  reason: z.enum(unprovedReasons).nullable(),
});

/**
 * What a chat model claims of each field, nothing of it checked; a field that it left out or wrote in another form has no claim. Throws
 * MODEL_BAD_RESPONSE when the reply is no object, else what the chat model throws.
 */
export async function claimFields(
  { chat, prompt }: { chat: ChatModel; prompt: Prompt },
  { question, passages, fields }: Asked,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FieldClaim>> {
  const fenced = passages.map(({ title, text }, index) =>
    fence('passage', `number="${index + 1}" title=${JSON.stringify(title.replace(/[<>]/g, ' '))}`, text),
  );
  const wanted = fields.map((field) => `- ${field.name} (${typeOf(field)}): ${describedBy(field)}`);
  const messages = prompt.render({ question, passages: fenced.join('\n\n'), fields: wanted.join('\n') });
  const maxTokens = Math.min(mostTokens, 200 + fields.length * tokensForField);
  const schema = { name: 'fields', schema: replySchema(fields) };
  let reply = '';
  for await (const chunk of chat.stream({ messages, maxTokens, schema }, signal))
    if (chunk.type === 'text') reply += chunk.text;
  const read = z.record(z.string(), z.unknown()).safeParse(readJsonReply(reply));
  if (!read.success) throw new AppError('MODEL_BAD_RESPONSE', 'The model did not write the fields as an object.');
  return new Map(
    fields.flatMap(({ name }) => {
      const claim = Claim.safeParse(read.data[name]);
      return claim.success ? [[name, toClaim(claim.data)]] : [];
    }),
  );
}

/** Passages are counted from 1 in the prompt. */
function toClaim({ value, quotes, reason }: z.infer<typeof Claim>): FieldClaim {
  const counted = quotes.map(({ passage, text }) => ({ passage: passage === null ? null : passage - 1, text }));
  return { value, quotes: counted, reason };
}

function typeOf(field: WantedField): string {
  if (field.type === 'array') return 'array of strings';
  if (field.type !== 'string') return field.type;
  if (field.enum) return `one of ${JSON.stringify(field.enum)}`;
  return field.format === undefined ? 'string' : `string, ${field.format}`;
}

/** In the form that servers take for strict output: every property is required, and there is no other. */
function replySchema(fields: readonly WantedField[]) {
  const entry = ({ name, title: _title, description: _description, ...type }: WantedField) => {
    const value = { anyOf: [type, { type: 'null' }] };
    const quote = strict({ passage: { anyOf: [{ type: 'integer' }, { type: 'null' }] }, text: { type: 'string' } });
    const reason = { anyOf: [{ type: 'string', enum: [...unprovedReasons] }, { type: 'null' }] };
    return [name, strict({ value, quotes: { type: 'array', items: quote }, reason })] as const;
  };
  return strict(Object.fromEntries(fields.map(entry)));
}

function strict(properties: Readonly<Record<string, object>>) {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
