import { z } from 'zod';

/** Text of a source that holds what the answer needs; `start` is its UTF-16 offset in the document's parsed content, where known. */
const GoldPlace = z.strictObject({
  doc: z.string().min(1),
  quote: z.string().min(1),
  start: z.int().min(0).optional(),
});

/** What any answer to the case must meet, whatever its words. */
export const checkKinds = [
  'contains',
  'contains-any',
  'contains-all',
  'not-contains',
  'equals',
  'starts-with',
  'regex',
  'not-regex',
  'number',
  'rubric',
] as const;

const Check = z.strictObject({
  kind: z.enum(checkKinds),
  /** The text, the pattern, the number or the rubric; several for `contains-any` and `contains-all`. */
  value: z.union([z.string(), z.number(), z.array(z.string())]),
  ignore_case: z.boolean().default(false),
  /** Of a number: the largest difference allowed, as a share of it. */
  tolerance: z.number().min(0).optional(),
});
export type Check = z.output<typeof Check>;

/** Whose absence makes an answer incomplete: `text` in its words, or one of `aliases`. */
const Nugget = z.strictObject({
  text: z.string().min(1),
  vital: z.boolean().default(true),
  aliases: z.array(z.string()).default([]),
});
export type Nugget = z.output<typeof Nugget>;

/**
 * One question with what is known of its answer: a line of the native format, whose field names these are. What is unknown is left out;
 * a metric that needs it is then `na` for the case.
 */
export const EvalCase = z.strictObject({
  id: z.string().min(1),
  question: z.string().min(1),
  /** Earlier turns, oldest first. */
  history: z.array(z.strictObject({ question: z.string(), answer: z.string() })).default([]),
  /** Alternatives, each right alone. */
  answers: z.array(z.string()).default([]),
  nuggets: z.array(Nugget).default([]),
  answerable: z.boolean().optional(),
  false_premise: z.boolean().default(false),
  gold_docs: z.array(z.strictObject({ id: z.string().min(1), grade: z.number().min(0).default(1) })).default([]),
  gold_quotes: z.array(GoldPlace.extend({ alternatives: z.array(GoldPlace).default([]) })).default([]),
  /** Texts that the answer must come from in place of a search; only for targets that take them. */
  contexts: z.array(z.string()).default([]),
  checks: z.array(Check).default([]),
  expect: z.strictObject({ must_cite: z.boolean().optional(), max_sources: z.int().min(1).optional() }).default({}),
  /** Groups of the asker; without any, what is public. */
  groups: z.array(z.string()).default([]),
  /** Tenant of the asker, as records of the corpus name theirs; without it, that of the records which name none. */
  tenant: z.string().min(1).optional(),
  /** Documents that the asker may not learn of, and words that stand in those alone: see the metric `forbiddenSources`. */
  forbidden_docs: z.array(z.string().min(1)).optional(),
  forbidden_text: z.array(z.string().min(1)).optional(),
  tags: z.array(z.string()).default([]),
  /** What cases share, as a source document: they are not independent of each other. */
  cluster: z.string().optional(),
  /** Cases with the same value ask for the same in other words. */
  paraphrase_of: z.string().optional(),
  split: z.string().optional(),
  meta: z.record(z.string(), z.unknown()).default({}),
});
export type EvalCase = z.output<typeof EvalCase>;

/** Documents that hold the answer to a case, by its documents and quotes, each once. */
export function goldDocuments({ gold_docs, gold_quotes }: EvalCase): string[] {
  const named = gold_docs.filter(({ grade }) => grade > 0).map(({ id }) => id);
  const quoted = gold_quotes.flatMap(({ doc, alternatives }) => [doc, ...alternatives.map((other) => other.doc)]);
  return [...new Set([...named, ...quoted])];
}

/** A case with its place in a file, for messages that point there. `line` counts from 1. */
export interface PlacedCase {
  readonly case: EvalCase;
  readonly file: string;
  readonly line: number;
}
