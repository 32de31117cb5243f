import { z } from 'zod';
import { errorCodes } from './errors.ts';
import { objectShape } from './object-schema.ts';
import { Reviewed } from './reviewed.ts';

/** Strict withholds a sentence that its quotes do not support; lenient shows it, marked by its groundedness. */
export const answerModes = ['strict', 'lenient'] as const;
export type AnswerMode = (typeof answerModes)[number];

export const quoteRejections = ['not-found', 'too-short', 'wrong-passage', 'altered'] as const;
export type QuoteRejection = (typeof quoteRejections)[number];

export const withholdings = ['no-quote', 'not-supported', 'number-mismatch', 'unsafe-link', 'unsafe-text'] as const;
export type Withholding = (typeof withholdings)[number];

export const refusalReasons = [
  'no-documents',
  'no-evidence',
  'weak-evidence',
  'conflicting-evidence',
  'unsafe-question',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** Why another wording of a question was searched too. */
export const expansionReasons = ['spelling', 'glossary', 'acronym'] as const;

/** A word, or a few, in the place of others. */
export const WordChange = z.object({ from: z.string(), to: z.string(), reason: z.enum(expansionReasons) });
export type WordChange = z.infer<typeof WordChange>;

const score = z.number().min(0).max(1);
const offset = z.int().min(0);

/** A quote that was found, character for character, in `content.slice(start, end)` of that document version. */
export const Quote = z.object({
  number: z.int().min(1),
  text: z.string(),
  passageId: z.string(),
  documentId: z.string(),
  version: z.int(),
  start: offset,
  end: offset,
  uri: z.string().nullable(),
  title: z.string(),
  headingPath: z.array(z.string()),
  page: z.int().nullable(),
  /** Where it is of a reviewed answer, that one with its own sources. */
  reviewed: Reviewed.optional(),
});
export type Quote = z.infer<typeof Quote>;

export const Sentence = z.object({
  text: z.string(),
  citations: z.array(z.int().min(1)),
  groundedness: score,
});
export type Sentence = z.infer<typeof Sentence>;

/** How two quotes contradict each other, and what makes one of them the newer. */
export const conflictKinds = ['number', 'polarity'] as const;
export const newerBases = ['superseded', 'version', 'date'] as const;
export type NewerBasis = (typeof newerBases)[number];

/** Two quotes that cannot both hold; the first is the newer one where something tells. */
export const Conflict = z.object({
  kind: z.enum(conflictKinds),
  quotes: z.tuple([z.int().min(1), z.int().min(1)]),
  /** In the words of the quotes, as in `60 days`; null where one denies what the other says. */
  stated: z.tuple([z.string(), z.string()]).nullable(),
  /** Why the first is the newer one; null when nothing tells. */
  newer: z.enum(newerBases).nullable(),
});
export type Conflict = z.infer<typeof Conflict>;

/** A document near the question, named in a refusal; the asker may open it. */
export const NearestDocument = z.object({
  documentId: z.string(),
  title: z.string(),
  uri: z.string().nullable(),
  score,
});
export type NearestDocument = z.infer<typeof NearestDocument>;

export const Usage = z.object({ inputTokens: z.int().min(0), outputTokens: z.int().min(0) });
export type Usage = z.infer<typeof Usage>;

/** RFC 9457 problem details, as the API sends them. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(errorCodes),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), expected: z.string(), received: z.string() })),
  requestId: z.string(),
});
export type Problem = z.infer<typeof Problem>;

const base = { sequence: z.int().min(0), at: z.iso.datetime() };

export const AnswerEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('answer-started'),
    ...base,
    answerId: z.string(),
    conversationId: z.string(),
    question: z.string(),
    mode: z.enum(answerModes),
    model: z.string(),
  }),
  z.object({ type: z.literal('question-condensed'), ...base, standalone: z.string() }),
  z.object({
    type: z.literal('question-expanded'),
    ...base,
    original: z.string(),
    searched: z.string(),
    /** Of the first change. */
    reason: z.enum(expansionReasons),
    changes: z.array(WordChange),
  }),
  z.object({
    type: z.literal('passages-retrieved'),
    ...base,
    passages: z.array(
      z.object({
        id: z.string(),
        documentId: z.string(),
        version: z.int(),
        title: z.string(),
        uri: z.string().nullable(),
        headingPath: z.array(z.string()),
        score,
        alsoIn: z
          .array(
            z.object({
              documentId: z.string(),
              title: z.string(),
              uri: z.string().nullable(),
              version: z.int(),
              versionTag: z.string().nullable(),
            }),
          )
          .optional(),
        reviewed: Reviewed.optional(),
      }),
    ),
  }),
  z.object({ type: z.literal('quote-verified'), ...base, ...Quote.shape }),
  z.object({ type: z.literal('quote-rejected'), ...base, reason: z.enum(quoteRejections) }),
  z.object({ type: z.literal('text-delta'), ...base, sentence: offset, text: z.string() }),
  z.object({ type: z.literal('sentence-finished'), ...base, sentence: offset, ...Sentence.shape }),
  z.object({ type: z.literal('sentence-withheld'), ...base, sentence: offset, reason: z.enum(withholdings) }),
  z.object({ type: z.literal('conflict-found'), ...base, ...Conflict.shape }),
  z.object({ type: z.literal('step-degraded'), ...base, step: z.string(), to: z.string(), cause: z.string() }),
  z.object({
    type: z.literal('answer-finished'),
    ...base,
    text: z.string(),
    sentences: z.array(Sentence),
    quotes: z.array(Quote),
    confidence: score,
    usage: Usage,
    cost: z.number().min(0).nullable(),
    timings: z.record(z.string(), z.number()),
    /** Whether it was given before to one with the same rights, from the same sources. */
    cached: z.boolean(),
    /** True when what writes the answer failed after its first sentence: the sentences are verified, others may be missing. */
    partial: z.boolean().optional(),
    /** The reviewed answer that this one is, word for word. */
    reviewed: Reviewed.optional(),
    /** What a question with a schema asked for, and how each of its fields is proved. */
    ...objectShape,
  }),
  z.object({
    type: z.literal('answer-refused'),
    ...base,
    reason: z.enum(refusalReasons),
    message: z.string(),
    nearest: z.array(NearestDocument),
    clarifyingQuestion: z.string().optional(),
    /** What a chat model spent before its answer turned out to hold nothing; left out when none was asked for one. */
    usage: Usage.optional(),
    cached: z.boolean().optional(),
  }),
  z.object({ type: z.literal('answer-failed'), ...base, error: Problem }),
]);
export type AnswerEvent = z.infer<typeof AnswerEvent>;
export type AnswerEventType = AnswerEvent['type'];

/** Removes a key from each member of a union. */
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event before the stream gives it its place and time. */
export type UnsequencedAnswerEvent = DistributiveOmit<AnswerEvent, 'sequence' | 'at'>;

export const finalEventTypes = ['answer-finished', 'answer-refused', 'answer-failed'] as const;

export function isFinalEvent<E extends { readonly type: AnswerEventType }>(
  event: E,
): event is Extract<E, { readonly type: (typeof finalEventTypes)[number] }> {
  return (finalEventTypes as readonly string[]).includes(event.type);
}

/** `running` only while its stream is alive; the others are final. */
export const answerStates = ['running', 'finished', 'refused', 'failed'] as const;

/** An answer as it is stored and as `GET /v1/answers/{id}` returns it. */
export const Answer = z.object({
  id: z.string(),
  conversationId: z.string(),
  question: z.string(),
  mode: z.enum(answerModes),
  model: z.string(),
  state: z.enum(answerStates),
  text: z.string(),
  sentences: z.array(Sentence),
  quotes: z.array(Quote),
  /** Left out where none was found. */
  conflicts: z.array(Conflict).optional(),
  refusal: z
    .object({
      reason: z.enum(refusalReasons),
      message: z.string(),
      nearest: z.array(NearestDocument),
      clarifyingQuestion: z.string().optional(),
    })
    .nullable(),
  error: Problem.nullable(),
  confidence: score.nullable(),
  usage: Usage,
  cost: z.number().nullable(),
  timings: z.record(z.string(), z.number()),
  cached: z.boolean(),
  partial: z.boolean().optional(),
  reviewed: Reviewed.optional(),
  ...objectShape,
  createdAt: z.iso.datetime(),
});
export type Answer = z.infer<typeof Answer>;

/** Folds a stream of events into the answer it tells. Order matters; an unfinished stream gives a `running` answer. */
export function foldAnswer(events: readonly AnswerEvent[]): Answer | null {
  const started = events.find((event) => event.type === 'answer-started');
  if (!started) return null;
  const answer: Answer = {
    id: started.answerId,
    conversationId: started.conversationId,
    question: started.question,
    mode: started.mode,
    model: started.model,
    state: 'running',
    text: '',
    sentences: [],
    quotes: [],
    refusal: null,
    error: null,
    confidence: null,
    usage: { inputTokens: 0, outputTokens: 0 },
    cost: null,
    timings: {},
    cached: false,
    createdAt: started.at,
  };
  for (const event of events) Object.assign(answer, change(event, answer));
  return answer;
}

function change(event: AnswerEvent, answer: Answer): Partial<Answer> {
  switch (event.type) {
    case 'quote-verified': {
      const { type: _type, sequence: _sequence, at: _at, ...quote } = event;
      return { quotes: [...answer.quotes, quote] };
    }
    case 'text-delta':
      return { text: answer.text + event.text };
    case 'sentence-finished':
      return {
        sentences: [
          ...answer.sentences,
          { text: event.text, citations: event.citations, groundedness: event.groundedness },
        ],
      };
    case 'conflict-found': {
      const { type: _type, sequence: _sequence, at: _at, ...conflict } = event;
      return { conflicts: [...(answer.conflicts ?? []), conflict] };
    }
    case 'answer-finished': {
      const { type: _type, sequence: _sequence, at: _at, ...result } = event;
      return { ...result, state: 'finished' };
    }
    case 'answer-refused': {
      const { type: _type, sequence: _sequence, at: _at, cached = false, usage = answer.usage, ...refusal } = event;
      return { refusal, usage, cached, state: 'refused' };
    }
    case 'answer-failed':
      return { error: event.error, state: 'failed' };
    default:
      return {};
  }
}
