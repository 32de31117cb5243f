import { type Answer, type AnswerEvent, foldAnswer, isFinalEvent } from '../../src/domain/answer.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { AnswerRecord as AnswerExplanation } from '../../src/store/answers.ts';
import type { RecordedAnswer, RecordedPassage, RecordedQuote } from '../answer-record.ts';

/** What is known of answers beside their events. */
export interface AnswerSources {
  /** The name under which a document was added; its id where that is not known. */
  nameOf(documentId: string): Promise<string>;
  /** The parsed text of a document version; null where it cannot be read. */
  content(documentId: string, version: number): Promise<string | null>;
  /** How an answer that has just been given came about; null where that cannot be asked. */
  explanation(answerId: string): Promise<Pick<AnswerExplanation, 'passages' | 'refusal'> | null>;
}

const surrounding = 300;

/**
 * Reads the events of one answer to their end and records it: each quote is looked up in its document, ids that differ from run to run are named by
 * what they stand for, and times are taken as the events come. Throws what the answer failed with, and INTERNAL when it has no end.
 */
export async function recordAnswer(
  stream: AsyncIterable<AnswerEvent>,
  sources: AnswerSources,
): Promise<RecordedAnswer> {
  const started = performance.now();
  const latency: Record<string, number> = {};
  const note = (name: string) => {
    latency[name] ??= performance.now() - started;
  };
  const events: AnswerEvent[] = [];
  for await (const event of stream) {
    events.push(event);
    note('firstEvent');
    if (event.type === 'sentence-finished') note('firstSentence');
    if (isFinalEvent(event)) note('total');
  }
  const answer = foldAnswer(events);
  if (answer?.error) throw new AppError(answer.error.code, answer.error.detail);
  if (answer?.state !== 'finished' && answer?.state !== 'refused')
    throw new AppError('INTERNAL', 'The answer ended without a result.');
  const explanation = await sources.explanation(answer.id);
  const retrieved = await passagesOf(events, explanation, sources);
  const quotes = await Promise.all(answer.quotes.map((quote) => recordQuote(quote, sources)));
  const { inputTokens, outputTokens } = answer.usage;
  return {
    state: answer.state,
    model: answer.model,
    mode: answer.mode,
    text: answer.text,
    sentences: answer.sentences,
    quotes,
    refusal: answer.refusal && { reason: answer.refusal.reason, message: answer.refusal.message },
    confidence: answer.confidence,
    refusalProbability: explanation?.refusal?.probability ?? null,
    retrieved,
    latency: { ...answer.timings, ...latency },
    usage: { inputTokens, outputTokens, calls: inputTokens + outputTokens > 0 ? 1 : 0 },
    cost: answer.cost,
    cached: answer.cached,
    degraded: events.flatMap((event) => (event.type === 'step-degraded' ? `${event.step}: ${event.to}` : [])),
    withheld: events.flatMap((event) => (event.type === 'sentence-withheld' ? event.reason : [])),
    events: await nameIds(events, sources),
  };
}

async function recordQuote(quote: Answer['quotes'][number], sources: AnswerSources): Promise<RecordedQuote> {
  const { number, text, title, uri, start, end } = quote;
  const content = await sources.content(quote.documentId, quote.version);
  const place = { number, text, document: await sources.nameOf(quote.documentId), title, uri, start, end };
  if (content === null) return { ...place, found: 'unknown', before: '', after: '' };
  const isAtOffsets = content.slice(start, end) === text;
  const at = isAtOffsets ? start : content.indexOf(text);
  if (at < 0) return { ...place, found: 'nowhere', before: '', after: '' };
  return {
    ...place,
    found: isAtOffsets ? 'at-offsets' : 'elsewhere',
    before: content.slice(Math.max(0, at - surrounding), at),
    after: content.slice(at + text.length, at + text.length + surrounding),
  };
}

async function passagesOf(
  events: readonly AnswerEvent[],
  explanation: Pick<AnswerExplanation, 'passages'> | null,
  sources: AnswerSources,
): Promise<RecordedPassage[]> {
  const last = events.findLast((event) => event.type === 'passages-retrieved');
  const explained = new Map(explanation?.passages.map((passage) => [passage.id, passage.source]));
  const passages = new Map(last?.passages.map((passage) => [passage.id, passage]));
  return await Promise.all(
    [...passages.values()].map(async ({ id, documentId, version, title, score }) => {
      const { start = null, end = null } = explained.get(id) ?? {};
      const content = start === null || end === null ? null : await sources.content(documentId, version);
      const text = content === null ? null : content.slice(start ?? 0, end ?? 0);
      return { document: await sources.nameOf(documentId), title, score, text, start, end };
    }),
  );
}

/** Ids that a target makes anew for each answer or each tenant would make two equal runs differ: they are named by what they stand for. */
async function nameIds(events: readonly AnswerEvent[], sources: AnswerSources): Promise<AnswerEvent[]> {
  const passages = new Map<string, string>();
  const passageName = (id: string) => {
    const name = passages.get(id) ?? `psg_${passages.size + 1}`;
    passages.set(id, name);
    return name;
  };
  const result: AnswerEvent[] = [];
  for (const given of events) {
    const event = await nameDocuments(given, sources);
    if (event.type === 'answer-started') result.push({ ...event, answerId: 'ans_1', conversationId: 'cnv_1' });
    else if (event.type === 'passages-retrieved')
      result.push({ ...event, passages: event.passages.map((found) => ({ ...found, id: passageName(found.id) })) });
    else if (event.type === 'quote-verified') result.push({ ...event, passageId: passageName(event.passageId) });
    else if (event.type === 'answer-finished') {
      const quotes = event.quotes.map((quote) => ({ ...quote, passageId: passageName(quote.passageId) }));
      result.push({ ...event, quotes });
    } else result.push(event);
  }
  return result;
}

/** The same value with each `documentId` in it, however deep, replaced by the document's name. */
async function nameDocuments<T>(value: T, sources: AnswerSources): Promise<T> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (await Promise.all(value.map((item) => nameDocuments(item, sources)))) as T;
  const named = Object.entries(value).map(async ([field, inner]) => [
    field,
    field === 'documentId' && typeof inner === 'string'
      ? await sources.nameOf(inner)
      : await nameDocuments(inner, sources),
  ]);
  return Object.fromEntries(await Promise.all(named)) as T;
}
