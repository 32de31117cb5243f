import { z } from '@hono/zod-openapi';
import { NearestDocument } from '../domain/answer.ts';
import { Reviewed } from '../domain/reviewed.ts';
import { absenceSteps } from '../retrieve/explain-absence.ts';
import { alsoInShape, ExpansionSchema, FilterSchema, PassageSchema, text } from './schemas.ts';

export const SearchRequest = z
  .strictObject({
    query: text(4000, 1),
    limit: z.int().min(1).max(200).default(10),
    filter: FilterSchema.optional(),
    tokenBudget: z.int().min(1).max(100_000).optional().openapi({
      description:
        'Packs the passages as for an answer: at most this many tokens together, neighbours joined; where they do not all fit, each is cut to whole sentences around its best ones, with `start` and `end` of what is left.',
    }),
    asGrants: z.array(z.string().max(200)).max(100).optional().openapi({
      description: 'Only for administrators: searches as a reader with these access-list entries.',
    }),
    expand: z.boolean().default(true).openapi({
      description: 'Whether a query that finds little is searched in other words too; see `expansion` in the result.',
    }),
    explain: z.boolean().default(false).openapi({
      description:
        'Adds to each passage what each step made of it, its matched terms and its best window, and the time of each step.',
    }),
    whyNot: text(4000, 1).optional().openapi({
      description:
        'A document that was expected, by id or the beginning of it, external id, URI or title; says at which step it fell out.',
    }),
  })
  .openapi('SearchRequest');

const StepScoreSchema = z
  .object({
    step: z.string().openapi({ description: '`fuse`, then the stages that changed the passage.' }),
    score: z.number().openapi({ description: 'What the passage is ordered by after the step, in [0, 1].' }),
    contributions: z
      .record(z.string(), z.number())
      .readonly()
      .optional()
      .openapi({ description: 'What each named feature or boost added to the score.' }),
    weights: z.enum(['own', 'shipped']).optional().openapi({
      description: "Of the step `rank`: whether the shipped weights ranked the passage or the tenant's own.",
    }),
    fittedAt: z.string().optional().openapi({ description: 'When those weights were fitted.' }),
  })
  .openapi('StepScore');

const ExplanationSchema = z
  .object({
    terms: z
      .array(z.object({ term: z.string(), idf: z.number(), weight: z.number(), share: z.number() }))
      .readonly()
      .openapi({
        description: 'Matched terms of the question: how rare, BM25 weight in the passage, share of its BM25 score.',
      }),
    missing: z
      .array(z.object({ term: z.string(), idf: z.number() }))
      .readonly()
      .openapi({ description: 'Terms of the question that the passage lacks, rarest first.' }),
    window: z.object({ text: z.string(), start: z.int(), end: z.int(), coverage: z.number() }).nullable().openapi({
      description:
        "The window of sentences that spoke most for the passage, with the share of the question's words that it holds; offsets into the document's content. Null below the passages that are ranked by their windows.",
    }),
  })
  .openapi('PassageExplanation');

const ReviewedSchema = Reviewed.clone();

const FoundPassageSchema = PassageSchema.extend({
  score: z.number(),
  alsoIn: z
    .array(z.object(alsoInShape))
    .readonly()
    .optional()
    .openapi({ description: 'Other documents with nearly the same passage.' }),
  statedVersion: z
    .string()
    .optional()
    .openapi({ description: 'What the file says of its version, in front matter as a rule.' }),
  reviewed: ReviewedSchema.optional().openapi({ description: 'The reviewed answer that it is of.' }),
  supersededBy: z
    .object({ reference: z.string(), documentId: z.string().nullable() })
    .optional()
    .openapi({ description: 'The newer document that the tags of this one name; its id when it was found too.' }),
  dense: z
    .number()
    .nullable()
    .optional()
    .openapi({ description: "Cosine of question and passage, on the built-in embedder's scale; only with `explain`." }),
  sparse: z.number().nullable().optional().openapi({ description: 'BM25 score; only with `explain`.' }),
  steps: z.array(StepScoreSchema).readonly().optional().openapi({ description: 'Only with `explain`.' }),
  explanation: ExplanationSchema.optional().openapi({ description: 'Only with `explain`.' }),
}).openapi('FoundPassage');

const StepTimeSchema = z
  .object({
    step: z.string(),
    milliseconds: z.number().optional(),
    degradedTo: z.string().optional(),
    cause: z.string().optional(),
  })
  .openapi('SearchStep');

const side = z.object({
  score: z.number().nullable(),
  rank: z.int().nullable(),
  lastShown: z.number().nullable(),
});

const AbsenceSchema = z
  .object({
    documentId: z.string(),
    title: z.string(),
    step: z.enum(absenceSteps).openapi({ description: 'Where it fell out; `none` when it was found.' }),
    detail: z.string(),
    rank: z.int().nullable().openapi({ description: 'Place of its best passage; null beyond the best 200.' }),
    standing: z
      .object({
        score: z.number(),
        lastShown: z.number().nullable().openapi({ description: 'What the last passage shown has.' }),
        dense: side,
        sparse: side,
        missingTerms: z.array(z.string()).readonly(),
      })
      .nullable()
      .openapi({ description: 'Its best passage beside the last one shown; null where it never came to a ranking.' }),
  })
  .openapi('Absence');

export const SearchResult = z
  .object({
    passages: z.array(FoundPassageSchema).readonly(),
    nearest: z.array(NearestDocument).readonly(),
    expansion: ExpansionSchema.optional(),
    steps: z
      .array(StepTimeSchema)
      .readonly()
      .optional()
      .openapi({ description: 'What was degraded, and why; with `explain` also the time of each step.' }),
    dropped: z
      .array(
        z.object({
          passageId: z.string(),
          documentId: z.string(),
          title: z.string(),
          step: z.string(),
          detail: z.string(),
        }),
      )
      .readonly()
      .optional()
      .openapi({ description: 'Passages that a step took out after they were found; only with `explain`.' }),
    whyNot: AbsenceSchema.optional(),
  })
  .openapi('SearchResult');
