import type { Quote, RefusalReason, Sentence, UnsequencedAnswerEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { asReviewed } from '../domain/reviewed.ts';
import type { HedgedCall } from '../models/chat/hedge-chat-model.ts';
import type { ChatModel } from '../models/chat-model.ts';
import type { Embed } from '../models/embedder.ts';
import { describeExpansion, type Retrieval, type Retrieve } from '../retrieve/retrieve.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { VectorIndex } from '../store/vector-index.ts';
import { answerExtractively } from './answer-extractively.ts';
import type { AnswerInput } from './answer-question.ts';
import { answerReviewed, findReviewed } from './answer-reviewed.ts';
import { type Trace, timed } from './answer-trace.ts';
import type { Answerer, AnswererInput, AnswererResult } from './answerer.ts';
import { condenseQuestion } from './condense-question.ts';
import { confidenceOf } from './confidence/confidence-model.ts';
import { quotesForConflicts, stateConflicts } from './conflicts/state-conflicts.ts';
import type { LocateAnswer } from './evidence/locate-answer.ts';
import { type RankedUnits, rankUnits } from './evidence/rank-units.ts';
import { createTermWeights, type TermWeights } from './evidence/term-weights.ts';
import { findParts } from './find-parts.ts';
import type { Prompts } from './prompts/load-prompts.ts';
import { findAmbiguity } from './refuse/find-ambiguity.ts';
import { languageOfAsker } from './refuse/language-of-asker.ts';
import { featuresOf } from './refuse/refusal-features.ts';
import { clarifyingMessage, refusalMessage } from './refuse/refusal-messages.ts';
import type { RefusalModel } from './refuse/refusal-model.ts';
import { searchQuestion } from './search-question.ts';

/** What the steps need, made once. */
export interface Parts {
  readonly retrieve: Retrieve;
  readonly index: Pick<VectorIndex, 'inverseDocumentFrequencies'>;
  readonly documents: Pick<DocumentStore, 'hasDocuments' | 'content'>;
  readonly chat: ChatModel | null;
  /** Whether a second judge reads what the chat model writes. */
  readonly hasJudge: boolean;
  readonly prompts: Prompts;
  readonly embedUnits: (tenant: AnswerInput['principal']['tenantId']) => Embed;
  /** Null: no answer locator reads what was found. */
  readonly locate: LocateAnswer | null;
  readonly refusal: RefusalModel;
  /** In the order in which they are asked. */
  readonly modelAnswerers: readonly { readonly model: string; readonly answer: Answerer }[];
  /** Grows while the question is answered. */
  readonly hedgedCalls: readonly HedgedCall[];
}

type Refusal = Extract<UnsequencedAnswerEvent, { type: 'answer-refused' }>;
type Finished = Extract<UnsequencedAnswerEvent, { type: 'answer-finished' }>;
type Events = AsyncGenerator<UnsequencedAnswerEvent>;

/** Below both, nothing that was found has to do with the question; the first is the sum of two cosines. */
const unrelatedCosines = 0.6;
const unrelatedCoverage = 0.35;

/** Yields the events of one answer up to its final event; throws what the stores throw, or the signal's reason. */
export async function* answerSteps(parts: Parts, input: AnswerInput, trace: Trace, signal: AbortSignal): Events {
  const started = performance.now();
  const { answerId, conversationId, question, mode } = input;
  const model = parts.chat?.id ?? 'extractive';
  yield { type: 'answer-started', answerId, conversationId, question, mode, model };
  signal.throwIfAborted();
  if (!/[\p{L}\p{N}]/u.test(question)) return yield refuse(input, 'no-evidence', { nearest: [], passages: [] });

  const isGuess = yield* condense(parts, input, trace, signal);
  const asked = yield* split(parts, trace, signal);
  const { retrieval, guessed } = await searchQuestion(parts.retrieve, { ...input, asked, isGuess }, trace, signal);
  if (guessed !== null) yield { type: 'question-condensed', standalone: guessed };
  for (const degradation of retrieval.degradations) yield { type: 'step-degraded', ...degradation };
  if (retrieval.expansion) {
    const { gained: _gained, ...expanded } = describeExpansion(retrieval.expansion);
    yield { type: 'question-expanded', ...expanded };
  }
  yield { type: 'passages-retrieved', passages: retrieval.passages.map(toListed) };
  if (retrieval.passages.length === 0) {
    const reason = (await parts.documents.hasDocuments(input.principal)) ? 'no-evidence' : 'no-documents';
    return yield refuse(input, reason, retrieval);
  }

  const weights = createTermWeights({
    lookUp: parts.index.inverseDocumentFrequencies,
    tenant: input.principal.tenantId,
    sample: retrieval.passages.map((passage) => passage.text).join('\n'),
  });
  const { locale, maxQuotes } = input;
  const reviewed = await findReviewed(retrieval.passages, { ...parts, ...input, question: trace.standalone });
  if (reviewed) {
    const given = { question: trace.standalone, passages: [reviewed], units: [], weights, mode, locale, maxQuotes };
    const draft = createDraft();
    yield* noteTime(collect(answerReviewed(given, signal), { draft, trace }), (milliseconds) => {
      trace.timings.answer = milliseconds;
    });
    trace.timings.total = performance.now() - started;
    if (draft.sentences.length === 0) return yield refuse(input, 'weak-evidence', retrieval);
    // The fitted confidence speaks of what nobody has read before.
    return yield { ...finish(draft, trace), confidence: 1, ...asReviewed(reviewed) };
  }
  const ranked = await timed(trace, 'evidence', () =>
    findEvidence(parts, { input, trace, retrieval, weights }, signal),
  );
  if (ranked.embeddingError !== null) yield degraded('evidence', 'words', ranked.embeddingError);
  if (ranked.locatingError !== null) yield degraded('evidence', 'scores', ranked.locatingError);
  const reason = judge(parts, { trace, retrieval, ranked, weights });
  if (reason !== null) return yield refuse(input, reason, retrieval);

  const sources = { passages: retrieval.passages, units: ranked.units, weights };
  const evidence = { question: trace.standalone, ...sources, mode, locale, maxQuotes };
  const reserved = quotesForConflicts(evidence);
  // One side alone would be taken for all that the documents say.
  if (reserved === null) return yield refuse(input, 'conflicting-evidence', retrieval);
  const draft = createDraft();
  const answering = answer(parts, { ...evidence, maxQuotes: maxQuotes - reserved }, { draft, trace }, signal);
  yield* noteTime(answering, (milliseconds) => {
    trace.timings.answer = milliseconds;
  });
  if (draft.sentences.length === 0) return yield refuse(input, 'weak-evidence', retrieval);
  for await (const event of stateConflicts(evidence, { quotes: [...draft.quotes], sentences: draft.position })) {
    note(event, draft);
    yield event;
  }
  trace.timings.total = performance.now() - started;
  yield finish(draft, trace);
}

/** Says whether the wording is a guess of the rules, which the search is to confirm. */
async function* condense(
  parts: Parts,
  input: AnswerInput,
  trace: Trace,
  signal: AbortSignal,
): AsyncGenerator<UnsequencedAnswerEvent, boolean> {
  if (input.history.length === 0) return false;
  const prompt = parts.prompts.condenseQuestion;
  const condensed = await timed(trace, 'condense', () =>
    condenseQuestion({ chat: parts.chat, prompt }, { question: input.question, history: input.history }, signal),
  );
  if (condensed.cutTo !== null)
    yield { type: 'step-degraded', step: 'condense', to: condensed.cutTo, cause: 'CONVERSATION_TOO_LONG' };
  if (condensed.degradedBy) yield degraded('condense', 'rules', condensed.degradedBy);
  if (!condensed.isChanged) return false;
  if (parts.chat && !condensed.degradedBy) trace.promptVersions.condenseQuestion = prompt.version;
  trace.standalone = condensed.standalone;
  if (!condensed.isByRules) yield { type: 'question-condensed', standalone: condensed.standalone };
  return condensed.isByRules;
}

/** What the question asks, one by one; none when it asks one thing. */
async function* split(
  parts: Parts,
  trace: Trace,
  signal: AbortSignal,
): AsyncGenerator<UnsequencedAnswerEvent, readonly string[]> {
  const prompt = parts.prompts.splitQuestion;
  const found = await timed(trace, 'split', () => findParts({ chat: parts.chat, prompt }, trace.standalone, signal));
  if (found.degradedBy) yield degraded('split', 'rules', found.degradedBy);
  else if (found.askedModel) trace.promptVersions.splitQuestion = prompt.version;
  return found.parts;
}

interface Found {
  readonly trace: Trace;
  readonly retrieval: Retrieval;
  readonly weights: TermWeights;
}

async function findEvidence(
  parts: Parts,
  { input, trace, retrieval, weights }: Found & { readonly input: AnswerInput },
  signal: AbortSignal,
): Promise<RankedUnits> {
  const { questionVector, passages } = retrieval;
  const embed = parts.embedUnits(input.principal.tenantId);
  const asked = { question: trace.standalone, questionVector, passages, weights };
  return await rankUnits(asked, { embed, locate: parts.locate }, signal);
}

/** Why the question is refused; null when it is to be answered. */
function judge(
  parts: Parts,
  { trace, retrieval, ranked, weights }: Found & { readonly ranked: RankedUnits },
): RefusalReason | null {
  const features = featuresOf({ question: trace.standalone, retrieval, ranked, weights });
  const hasVectors = retrieval.questionVector !== null && ranked.embeddingError === null;
  const withVectors = ranked.isLocated ? 'located' : 'hybrid';
  trace.judgedBy = hasVectors ? withVectors : 'lexical';
  const judgement = parts.refusal.judge(features, trace.judgedBy);
  trace.refusal = judgement;
  if (judgement.probability <= judgement.threshold) return null;
  const isNear = hasVectors && Math.exp(features.nearness) >= unrelatedCosines;
  const isUnrelated = !isNear && features.unitCoverage < unrelatedCoverage;
  return isUnrelated ? 'no-evidence' : 'weak-evidence';
}

interface Draft {
  readonly sentences: Sentence[];
  readonly quotes: Quote[];
  text: string;
  /** Sentences that were released or withheld. */
  position: number;
  /** Whether what wrote it failed after the first sentence. */
  isPartial: boolean;
}

function createDraft(): Draft {
  return {
    sentences: [],
    quotes: [],
    text: '',
    position: 0,
    isPartial: false,
  };
}

interface Progress {
  readonly draft: Draft;
  readonly trace: Trace;
}

/**
 * Lets a chat model answer where there is one. When it fails before anything was released, the next one takes over, at last the
 * extractive answerer; when it fails later, what was released stays and the answer is partial.
 */
async function* answer(parts: Parts, input: AnswererInput, { draft, trace }: Progress, signal: AbortSignal): Events {
  const { modelAnswerers, prompts, hedgedCalls } = parts;
  for (const [index, { answer: answerWithModel }] of modelAnswerers.entries()) {
    const { selectQuotes, writeAnswer, judgeSentence } = prompts;
    Object.assign(trace.promptVersions, { selectQuotes: selectQuotes.version, writeAnswer: writeAnswer.version });
    const hedgedBefore = hedgedCalls.length;
    if (parts.hasJudge) trace.promptVersions.judgeSentence = judgeSentence.version;
    try {
      const { isRepaired } = yield* collect(answerWithModel(input, signal), { draft, trace });
      if (isRepaired) trace.promptVersions.repairQuotes = prompts.repairQuotes.version;
      const another = writerInstead(hedgedCalls.slice(hedgedBefore));
      if (another !== null) yield degraded('answer', another, new AppError('DEADLINE_EXCEEDED', 'The model was late.'));
      return;
    } catch (error) {
      signal.throwIfAborted();
      draft.isPartial = draft.sentences.length > 0;
      const next = modelAnswerers[index + 1]?.model ?? 'extractive';
      yield degraded('answer', draft.isPartial ? 'partial' : next, error);
      if (draft.isPartial) return;
    }
  }
  yield* collect(answerExtractively(input, signal), { draft, trace });
}

/** The model that took over from a late one, at last; null when none did. */
function writerInstead(calls: readonly HedgedCall[]): string | null {
  return calls.findLast(({ first, second, taken }) => taken === 'second' && first !== second)?.second ?? null;
}

async function* collect(
  events: ReturnType<Answerer>,
  { draft, trace }: Progress,
): AsyncGenerator<UnsequencedAnswerEvent, AnswererResult> {
  const result = yield* noteEvents(events, draft);
  trace.rejectedQuotes = [...trace.rejectedQuotes, ...result.rejectedQuotes];
  return result;
}

async function* noteEvents(events: ReturnType<Answerer>, draft: Draft): ReturnType<Answerer> {
  try {
    for (let next = await events.next(); ; next = await events.next()) {
      if (next.done) return next.value;
      note(next.value, draft);
      yield next.value;
    }
  } finally {
    // A reader who leaves early must not leave a model call open.
    await events.return({ rejectedQuotes: [] });
  }
}

function note(event: UnsequencedAnswerEvent, draft: Draft): void {
  if (event.type === 'quote-verified') {
    const { type: _type, ...quote } = event;
    draft.quotes.push(quote);
  } else if (event.type === 'text-delta') draft.text += event.text;
  else if (event.type === 'sentence-finished') {
    const { text, citations, groundedness } = event;
    draft.sentences.push({ text, citations, groundedness });
  }
  if (event.type === 'sentence-finished' || event.type === 'sentence-withheld') draft.position = event.sentence + 1;
}

async function* noteTime(events: Events, note: (milliseconds: number) => void): Events {
  const started = performance.now();
  try {
    yield* events;
  } finally {
    note(performance.now() - started);
  }
}

/** What it took is told by whoever counts it. */
function finish({ sentences, quotes, text, isPartial }: Draft, trace: Trace): Finished {
  const groundedness = sentences.reduce((sum, sentence) => sum + sentence.groundedness, 0) / sentences.length;
  const refusalProbability = trace.refusal?.probability ?? 0;
  const confidence = confidenceOf({ refusalProbability, groundedness, side: trace.judgedBy });
  const timings = { ...trace.timings };
  const unspent = { usage: { inputTokens: 0, outputTokens: 0 }, cost: 0 };
  const result = { text, sentences, quotes, confidence, ...unspent, timings, cached: false };
  return { type: 'answer-finished', ...result, ...(isPartial ? { partial: true } : {}) };
}

type RefusalSources = Pick<Retrieval, 'nearest' | 'passages'>;

/** In the asker's language; where something was found, it may lack only a word that tells which of several things is meant. */
function refuse(
  { locale, question }: AnswerInput,
  reason: RefusalReason,
  { nearest, passages }: RefusalSources,
): Refusal {
  const language = languageOfAsker(locale, question);
  const message = refusalMessage(reason, nearest, language);
  const isOpen = reason === 'weak-evidence' || reason === 'conflicting-evidence';
  const options = isOpen ? findAmbiguity(question, passages) : [];
  const clarifying = options.length > 0 ? { clarifyingQuestion: clarifyingMessage(options, language) } : {};
  return { type: 'answer-refused', reason, message, nearest: [...nearest], ...clarifying };
}

/** `cause` is an error's code: a client sees no more of it. */
function degraded(step: string, to: string, error: unknown): UnsequencedAnswerEvent {
  return { type: 'step-degraded', step, to, cause: AppError.from(error).code };
}

function toListed(passage: Retrieval['passages'][number]) {
  const { id, documentId, version, title, uri, headingPath, score, alsoIn } = passage;
  const listed = { id, documentId, version, title, uri, headingPath: [...headingPath], score, ...asReviewed(passage) };
  return alsoIn ? { ...listed, alsoIn: [...alsoIn] } : listed;
}
