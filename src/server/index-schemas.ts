import { z } from '@hono/zod-openapi';
import { collectionStates, reindexStages, reindexStates } from '../store/index-administration.ts';

const ChecksumSchema = z
  .object({
    passages: z.int().nullable(),
    embedded: z.int().nullable(),
    checksum: z.string().nullable(),
    embeddedChecksum: z.string().nullable(),
  })
  .openapi('IndexChecksum', { description: 'Null where the index cannot tell.' });

const ReindexSchema = z
  .object({
    state: z.enum(reindexStates),
    embedder: z.string(),
    collection: z.string(),
    stage: z.enum(reindexStages),
    done: z.int().openapi({ description: 'Texts while embedding, passages while writing, tenants while checking.' }),
    total: z.int(),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    proofs: z
      .array(z.object({ tenantId: z.string(), rows: ChecksumSchema, index: ChecksumSchema, isComplete: z.boolean() }))
      .readonly(),
  })
  .openapi('Reindex');

export const IndexStatusSchema = z
  .object({
    driver: z.enum(['memory', 'qdrant']),
    collections: z
      .array(
        z.object({
          name: z.string(),
          embedder: z.string(),
          state: z.enum(collectionStates),
          createdAt: z.iso.datetime(),
        }),
      )
      .readonly(),
    reindex: ReindexSchema.nullable(),
  })
  .openapi('IndexStatus');

const ids = z.array(z.string()).readonly();

export const IndexComparisonSchema = z
  .object({
    live: z.string(),
    next: z.string(),
    questions: z.int(),
    overlapAt10: z.number().nullable(),
    most: z.array(z.object({ question: z.string(), overlap: z.number(), onlyLive: ids, onlyNext: ids })).readonly(),
  })
  .openapi('IndexComparison');
