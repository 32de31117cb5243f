import { z } from '@hono/zod-openapi';
import { AppError } from '../domain/errors.ts';
import { type DocumentId, isId, type JobId } from '../domain/ids.ts';
import { isAccessEntry } from '../domain/principal.ts';
import { text } from './schemas.ts';

export const acl = z
  .array(z.string().max(200).refine(isAccessEntry, 'user:NAME, user:ID, group:NAME or public'))
  .max(100)
  .openapi({
    description:
      'Who may read: `user:NAME`, `user:ID`, `group:NAME`, `public` for everyone of the tenant, as an empty list.',
  });
export const tags = z
  .record(text(200, 1), text(2000))
  .refine((value) => Object.keys(value).length <= 100, 'at most 100 tags');

const metadata = z
  .record(text(100, 1), z.union([text(2000), z.number(), z.boolean()], { error: 'text, a number, true or false' }))
  .openapi({ description: 'Values of declared fields; dates as ISO 8601 text.' });

const details = {
  source: text(2000, 1).optional(),
  externalId: text(2000, 1).optional(),
  uri: text(4000, 1).optional(),
  title: text(1000, 1).optional(),
  language: text(35, 1).optional(),
  jobId: z.string().max(100).optional(),
};

const contentKinds = ['text', 'markdown', 'html', 'url'] as const;

/** A document as JSON: exactly one of its contents, or the address to fetch it from. */
export const DocumentBody = z
  .strictObject({
    ...details,
    acl: acl.default([]),
    tags: tags.default({}),
    metadata: metadata.default({}),
    text: z.string().min(1).optional(),
    markdown: z.string().min(1).optional(),
    html: z.string().min(1).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(4000)
      .optional(),
  })
  .refine(
    (body) => contentKinds.filter((kind) => body[kind] !== undefined).length === 1,
    'exactly one of text, markdown, html and url',
  )
  .openapi('DocumentRequest');
export type DocumentBody = z.output<typeof DocumentBody>;

/** A document as a file; lists and tags are JSON in their fields. */
export const DocumentForm = z
  .strictObject({
    ...details,
    file: z.instanceof(File, { error: 'a file' }).openapi({ type: 'string', format: 'binary' }),
    acl: jsonField(acl, '["group:support"]').default([]),
    tags: jsonField(tags, '{"product":"kestrel"}').default({}),
    metadata: jsonField(metadata, '{"price":12.5}').default({}),
  })
  .openapi('DocumentForm');
export type DocumentForm = z.output<typeof DocumentForm>;

function jsonField<T extends z.ZodType>(schema: T, example: string) {
  return z
    .string()
    .max(100_000)
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: `JSON such as ${example}` });
        return z.NEVER;
      }
    })
    .pipe(schema)
    .openapi({ type: 'string', example });
}

export function documentIdOf(value: string): DocumentId {
  if (isId('document', value)) return value;
  throw documentNotFound();
}

export function documentNotFound(): AppError {
  return new AppError('NOT_FOUND', 'There is no such document.');
}

export function jobIdOf(value: string): JobId {
  if (isId('job', value)) return value;
  throw jobNotFound();
}

export function jobNotFound(): AppError {
  return new AppError('NOT_FOUND', 'There is no such job.');
}

/** Details of a document with the defaults of the way it came in by. */
export function detailsOf(body: DocumentBody | DocumentForm, defaults: { source: string; externalId: string | null }) {
  return {
    source: body.source ?? defaults.source,
    externalId: body.externalId ?? body.uri ?? defaults.externalId,
    uri: body.uri ?? null,
    title: body.title ?? null,
    acl: body.acl,
    tags: body.tags,
    metadata: body.metadata,
    language: body.language ?? null,
    jobId: body.jobId === undefined ? null : jobIdOf(body.jobId),
  };
}

/** The last part of a file name that a browser or program sent, without anything that a path or a log line would take amiss. */
export function safeFileName(name: string): string {
  const base = name.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const clean = base
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(-200);
  return clean === '' || clean === '.' || clean === '..' ? 'document' : clean;
}
