import { z } from '@hono/zod-openapi';
import { answerStates, Quote, refusalReasons } from '../domain/answer.ts';
import { AnswerSchema, RecordedPassageSchema } from './schemas.ts';

function changeOf<T extends z.ZodType>(value: T) {
  return z.object({ before: value, after: value });
}

function listOf<T extends z.ZodType>(item: T) {
  return z.array(item).readonly();
}

const place = { id: z.string(), documentId: z.string(), version: z.int(), rank: z.int().min(1), score: z.number() };
const PassagePlace = z.object(place);
const QuotePlace = Quote.pick({ text: true, documentId: true, version: true, start: true, end: true, title: true });
const names = z.record(z.string(), z.string());

/** What `POST /v1/answers/{id}/replay` returns. */
export const ReplaySchema = z
  .object({
    same: z.boolean(),
    differences: z.object({
      state: changeOf(z.enum(answerStates)).nullable(),
      passages: z.object({
        gained: listOf(PassagePlace),
        lost: listOf(PassagePlace),
        moved: listOf(z.object({ ...place, from: z.int().min(1) })),
      }),
      sentences: z.object({ gained: listOf(z.string()), lost: listOf(z.string()), reordered: z.boolean() }),
      quotes: z.object({ gained: listOf(QuotePlace), lost: listOf(QuotePlace) }),
      refusal: changeOf(z.enum(refusalReasons).nullable()).nullable(),
      confidence: changeOf(z.number().nullable()).nullable(),
    }),
    conditions: z.object({
      model: changeOf(z.string()).nullable(),
      embedder: changeOf(z.string()).nullable(),
      promptVersions: changeOf(names).nullable(),
      rewrite: changeOf(z.string()).nullable(),
      refusalProbability: changeOf(z.number().nullable()).nullable(),
      timings: z.record(z.string(), changeOf(z.number().nullable())),
    }),
    gone: listOf(RecordedPassageSchema),
    replayed: AnswerSchema,
  })
  .openapi('Replay');
