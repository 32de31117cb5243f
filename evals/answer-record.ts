import { z } from 'zod';
import { AnswerEvent, answerModes, refusalReasons } from '../src/domain/answer.ts';

const share = z.number().min(0).max(1);
const milliseconds = z.number().min(0);

/** Where a quote of the answer was found in the content of its document: at its offsets, elsewhere in it, or nowhere; `unknown` where the content could not be read. */
export const quotePlaces = ['at-offsets', 'elsewhere', 'nowhere', 'unknown'] as const;

export const RecordedQuote = z.object({
  number: z.int().min(1),
  text: z.string(),
  /** The name under which the target knows the document: a path below the corpus, a record's id. */
  document: z.string(),
  title: z.string(),
  uri: z.string().nullable(),
  start: z.int().min(0),
  end: z.int().min(0),
  found: z.enum(quotePlaces),
  /** Of the document's content, up to 300 characters each side. */
  before: z.string(),
  after: z.string(),
});
export type RecordedQuote = z.output<typeof RecordedQuote>;

export const RecordedPassage = z.object({
  document: z.string(),
  title: z.string(),
  score: z.number(),
  /** Null where the target does not give it. */
  text: z.string().nullable(),
  start: z.int().min(0).nullable(),
  end: z.int().min(0).nullable(),
});
export type RecordedPassage = z.output<typeof RecordedPassage>;

/** What the answer stage keeps of one question asked once; the score stage reads nothing else of the target. */
export const RecordedAnswer = z.object({
  state: z.enum(['finished', 'refused']),
  model: z.string(),
  mode: z.enum(answerModes),
  text: z.string(),
  sentences: z.array(z.object({ text: z.string(), citations: z.array(z.int()), groundedness: share.nullable() })),
  quotes: z.array(RecordedQuote),
  refusal: z.object({ reason: z.enum(refusalReasons).nullable(), message: z.string() }).nullable(),
  confidence: share.nullable(),
  /** Estimated probability that the sources hold no answer. */
  refusalProbability: share.nullable(),
  /** Best first, each passage once. */
  retrieved: z.array(RecordedPassage),
  /** `firstEvent`, `firstSentence`, `total`, and the target's own stages. */
  latency: z.record(z.string(), milliseconds),
  usage: z.object({
    inputTokens: z.int().min(0),
    outputTokens: z.int().min(0),
    calls: z.int().min(0),
  }),
  /** Attempts that failed before it was given; unknown of answers recorded before these were counted. */
  retries: z.int().min(0).optional(),
  /** US dollars, by the price table of the run; null where no price is known. */
  cost: z.number().min(0).nullable(),
  /** Given from the target's own store of earlier answers. */
  cached: z.boolean(),
  degraded: z.array(z.string()),
  withheld: z.array(z.string()),
  events: z.array(AnswerEvent),
});
export type RecordedAnswer = z.output<typeof RecordedAnswer>;

const Failure = z.object({ code: z.string(), detail: z.string() });

/** A line of `answers.jsonl`: one case asked once. An error is never an answer, and never a 0. */
export const AnswerRecord = z.object({
  case: z.string(),
  /** From 0. */
  repeat: z.int().min(0),
  /** The key under which the answer is kept; equal keys ask for the same. */
  key: z.string(),
  answer: RecordedAnswer.nullable(),
  error: Failure.nullable(),
});
export type AnswerRecord = z.output<typeof AnswerRecord>;

/** The same line with what was said alone, which is read much faster. */
export const AnswerOutline = AnswerRecord.extend({
  answer: RecordedAnswer.pick({ state: true, text: true, refusal: true }).nullable(),
});
export type AnswerOutline = z.output<typeof AnswerOutline>;
