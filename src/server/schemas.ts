import { z } from '@hono/zod-openapi';
import {
  Answer,
  AnswerEvent,
  answerModes,
  answerStates,
  expansionReasons,
  Usage,
  WordChange,
} from '../domain/answer.ts';
import { documentStates } from '../domain/document.ts';
import { type Filter, type FilterClause, fieldTypes } from '../domain/filter.ts';
import { jobStages, jobStates } from '../domain/job.ts';
import { roles, scopes } from '../domain/principal.ts';

/** Trimmed text that a database can hold: no null characters, no halves of surrogate pairs. Lengths are UTF-16 units. */
export function text(maximum: number, minimum = 0) {
  return z
    .string()
    .overwrite((value) => value.toWellFormed().trim())
    .min(minimum)
    .max(maximum)
    .refine((value) => !value.includes('\0'), 'text without null characters');
}

export const idParams = z.strictObject({ id: z.string() });

const limit = z.coerce.number().int().min(1).max(200).default(50);
const cursor = z.string().min(1).max(1000).optional();
export const pageQuery = { limit, cursor };

/** A list with the cursor of its next page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item).readonly(), nextCursor: z.string().nullable() });
}

const strings = z.array(z.string()).readonly();
const tags = z.record(z.string(), z.string());
const time = z.iso.datetime();

// Schemas of the domain may be older than the extension that names them; a clone has it.
export const AnswerSchema = Answer.clone().openapi('Answer');
export const AnswerEventSchema = AnswerEvent.clone().openapi('AnswerEvent');

const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Any object: `readFilter` says what is wrong in it, by the fields of the tenant. The documentation shows the recursive schema (openapi.ts). */
export const FilterSchema = z
  .custom<Filter>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'an object of fields, and, or, not',
  )
  .openapi('Filter', { type: 'object' });

export const MetadataFieldSchema = z
  .object({ name: z.string(), type: z.enum(fieldTypes), description: z.string(), createdAt: time })
  .openapi('MetadataField');

const count = z.int();
export const ParseQualitySchema = z
  .object({
    score: z.number().openapi({ description: 'How much of the file its text holds, from 0 to 1.' }),
    characters: count,
    pages: count.nullable(),
    charactersPerPage: count.nullable(),
    emptyPages: count.nullable(),
    lostTables: count,
    replacementCharacters: count,
    warning: z.string().nullable().openapi({ description: 'What is wrong when the score is low.' }),
  })
  .openapi('ParseQuality');

export const DocumentSchema = z
  .object({
    id: z.string(),
    source: z.string(),
    externalId: z.string(),
    uri: z.string().nullable(),
    title: z.string(),
    acl: strings,
    tags,
    metadata,
    language: z.string().nullable(),
    state: z.enum(documentStates),
    version: z.int().nullable(),
    contentHash: z.string(),
    mediaType: z.string(),
    size: z.int(),
    passages: z.int(),
    passagesWithoutVector: z.int(),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    quality: ParseQualitySchema.nullable(),
    properties: z.record(z.string(), z.string()).openapi({
      description: 'What the file says about itself: front matter, headers of an e-mail, author and dates.',
    }),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Document');

/** Where a passage stands, and what its document is called. */
const placeShape = {
  ordinal: z.int(),
  start: z.int(),
  end: z.int(),
  headingPath: strings,
  page: z.int().nullable(),
  externalId: z.string(),
  title: z.string(),
  uri: z.string().nullable(),
  tags,
  language: z.string().nullable(),
  updatedAt: time,
};
const passageShape = {
  id: z.string(),
  documentId: z.string(),
  version: z.int(),
  text: z.string(),
  cells: z
    .string()
    .nullable()
    .openapi({ description: 'Cells of a spreadsheet that the passage shows, such as `Prices!A2:D9`.' }),
  ...placeShape,
};

export const PassageSchema = z.object(passageShape).openapi('Passage');

/** A document that says the same as a passage that is shown. */
export const alsoInShape = {
  documentId: z.string(),
  title: z.string(),
  uri: z.string().nullable(),
  version: z.int(),
  versionTag: z.string().nullable().openapi({
    description: 'The product version that it is about, where its tag `version`, its path or its file tells.',
  }),
};

export const GlossarySchema = z
  .object({ terms: z.array(z.object({ term: z.string(), synonyms: strings })).readonly() })
  .openapi('Glossary');

export const ExpansionSchema = z
  .object({
    original: z.string(),
    searched: z.string(),
    reason: z.enum(expansionReasons),
    changes: z.array(WordChange.clone()).readonly(),
    gained: z.int().openapi({ description: 'Passages of the result that the question as asked did not bring.' }),
  })
  .openapi('Expansion');

export const JobSchema = z
  .object({
    id: z.string(),
    state: z.enum(jobStates),
    stage: z.enum(jobStages),
    done: z.int(),
    failed: z.int(),
    total: z.int(),
    passages: z.int(),
    passagesEmbedded: z.int(),
    tokensEmbedded: z.int().nullable().openapi({
      description: 'Tokens embedded for the job so far, an estimate; null in lists and in the stream of all jobs.',
    }),
    embeddingCost: z.number().nullable().openapi({
      description: 'US dollars for these tokens; null also where the price is not known.',
    }),
    queuePosition: z.int(),
    etaSeconds: z.number().nullable(),
    documentsPerSecond: z.number().nullable(),
    passagesPerSecond: z.number().nullable(),
    waitingFor: z.object({ code: z.string(), detail: z.string(), since: time }).nullable(),
    failures: z
      .array(
        z.object({
          documentId: z.string(),
          externalId: z.string(),
          title: z.string(),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .readonly(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Job');

export const ConversationSchema = z
  .object({ id: z.string(), title: z.string(), messages: z.int(), createdAt: time, updatedAt: time })
  .openapi('Conversation');

export const MessageSchema = z
  .object({
    role: z.enum(['user', 'assistant']),
    text: z.string(),
    answerId: z.string().nullable(),
    parentAnswerId: z.string().nullable(),
    alternatives: strings,
    final: z.boolean().openapi({
      description: 'False while its answer is being written, and for good where its server died meanwhile.',
    }),
    createdAt: time,
  })
  .openapi('Message');

const AnswerParametersSchema = z.object({
  mode: z.enum(answerModes),
  filter: z.custom<FilterClause>().nullable().openapi({ type: 'object', description: 'The filter as it was read.' }),
  locale: z.string().nullable(),
  maxQuotes: z.int(),
  expand: z.boolean(),
  history: z.array(z.object({ question: z.string(), answer: z.string() })).readonly(),
  limits: z.object({ passages: z.int(), tokens: z.int() }),
});

export const RecordedPassageSchema = z.object({
  id: z.string(),
  documentId: z.string(),
  version: z.int(),
  score: z.number(),
  dense: z.number().nullable(),
  sparse: z.number().nullable(),
  source: z.object(placeShape).optional(),
});

export const AnswerRecordSchema = z
  .object({
    question: z.string(),
    rewrite: z.string().nullable().openapi({ description: 'What was searched in the place of the question.' }),
    standalone: z.string(),
    state: z.enum(answerStates),
    model: z.string(),
    parameters: AnswerParametersSchema.nullable().openapi({ description: 'Null where the answer did not get so far.' }),
    promptVersions: z.record(z.string(), z.string()),
    embedder: z.string(),
    passages: z.array(RecordedPassageSchema).readonly(),
    refusal: z
      .object({ probability: z.number(), threshold: z.number(), contributions: z.record(z.string(), z.number()) })
      .nullable(),
    rejectedQuotes: z.array(z.object({ text: z.string(), reason: z.string() })).readonly(),
    expansion: ExpansionSchema.optional(),
    hedgedCalls: z
      .array(z.object({ first: z.string(), second: z.string(), taken: z.enum(['first', 'second']) }))
      .readonly()
      .optional()
      .openapi({
        description: 'Calls of a chat model that were late, the one made beside each, and whose reply counted.',
      }),
    events: z.array(AnswerEventSchema).readonly(),
    confidence: z.number().nullable(),
    usage: Usage,
    cost: z.number().nullable(),
    timings: z.record(z.string(), z.number()).openapi({ description: 'Milliseconds of each step.' }),
    createdAt: time,
  })
  .openapi('AnswerRecord');

export const KeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    hint: z.string(),
    role: z.enum(roles),
    scopes: z.array(z.enum(scopes)).readonly(),
    grants: strings,
    createdAt: time,
    revokedAt: time.nullable(),
  })
  .openapi('Key');

export const TenantSchema = z.object({ id: z.string(), name: z.string(), createdAt: time }).openapi('Tenant');

export const UserSchema = z
  .object({ id: z.string(), name: z.string(), role: z.enum(roles), groups: strings, createdAt: time })
  .openapi('User');
