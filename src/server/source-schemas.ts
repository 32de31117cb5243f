import { z } from '@hono/zod-openapi';
import { AppError } from '../domain/errors.ts';
import { isId, type SourceId } from '../domain/ids.ts';
import { runStates, runTriggers, usualRemovalLimit } from '../domain/source.ts';
import { SourceCredentials, SourceSettings } from '../domain/source-settings.ts';
import { isSchedule } from '../ingest/sources/source-queue.ts';
import { acl, tags } from './document-details.ts';
import { text } from './schemas.ts';

const time = z.iso.datetime();
const count = z.int().min(0);
const names = z.array(z.string()).readonly();

const Settings = SourceSettings.clone().openapi('SourceSettings');
const Credentials = SourceCredentials.clone().openapi('SourceCredentials');

export const SourceRunSchema = z
  .object({
    id: z.string(),
    state: z.enum(runStates),
    trigger: z.enum(runTriggers),
    dryRun: z.boolean(),
    jobId: z.string().nullable(),
    ...{ added: count, changed: count, removed: count, unchanged: count, failed: count },
    changes: z.object({ added: names, changed: names, removed: names }),
    missing: count.openapi({
      description: 'Documents that are gone at the source and stay until the run is confirmed.',
    }),
    errors: z.array(z.object({ externalId: z.string(), code: z.string(), detail: z.string() })).readonly(),
    detail: z.string().nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
  })
  .openapi('SourceRun');

export const SourceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    settings: Settings,
    hasCredentials: z.boolean(),
    upload: z
      .object({ fileName: z.string(), size: count, uploadedAt: time })
      .nullable()
      .openapi({ description: 'The export that was uploaded last.' }),
    acl: names,
    tags: z.record(z.string(), z.string()),
    schedule: z.string().nullable(),
    removalLimit: z.number(),
    documents: count,
    pausedAt: time.nullable(),
    nextRunAt: time.nullable(),
    lagSeconds: z.number().nullable(),
    lastRun: SourceRunSchema.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Source');

const schedule = text(100, 9)
  .refine(isSchedule, 'a time of cron with five fields, such as 0 * * * *, in UTC')
  .nullable()
  .openapi({ description: 'Cron with five fields, in UTC; null: only when asked, or told of a change.' });
const removalLimit = z
  .number()
  .min(0)
  .max(1)
  .openapi({ description: 'Share of the documents that one run may remove without asking.' });

export const SourceBody = z
  .strictObject({
    name: text(200, 1),
    settings: Settings,
    credentials: Credentials.nullable().default(null),
    acl: acl.default([]),
    tags: tags.default({}),
    schedule: schedule.default(null),
    removalLimit: removalLimit.default(usualRemovalLimit),
  })
  .openapi('SourceRequest');

export const SourceChangeBody = z
  .strictObject({
    settings: Settings.optional(),
    credentials: Credentials.nullable().optional(),
    acl: acl.optional(),
    tags: tags.optional(),
    schedule: schedule.optional(),
    removalLimit: removalLimit.optional(),
  })
  .openapi('SourceChange');

export const TrialSchema = z
  .object({
    externalId: z.string(),
    uri: z.string().nullable(),
    title: z.string(),
    mediaType: z.string().nullable(),
    size: count,
    passages: count,
    text: z.string(),
  })
  .openapi('SourceTrial');

export function sourceIdOf(value: string): SourceId {
  if (isId('source', value)) return value;
  throw sourceNotFound();
}

export function sourceNotFound(): AppError {
  return new AppError('NOT_FOUND', 'There is no such source.');
}
