import { type Answer, isFinalEvent } from '../domain/answer.ts';
import type { FilterClause } from '../domain/filter.ts';
import { type DocumentId, isId, newId } from '../domain/ids.ts';
import type { RankedPassage } from '../domain/passage.ts';
import type { Principal } from '../domain/principal.ts';
import type { TenantSettings } from '../domain/tenant-settings.ts';
import type { ChatModel } from '../models/chat-model.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { AnswerInput, AnswerQuestion } from './answer-question.ts';
import { hasUnsafeLink } from './ground/unsafe-link.ts';
import { createTokenMeter } from './meter-tokens.ts';
import { phraseFollowUps } from './phrase-follow-ups.ts';
import type { Prompt } from './prompts/load-prompts.ts';
import { underSettings } from './under-settings.ts';

/** A question that the documents answer, with where its subject stands. */
export interface FollowUp {
  readonly question: string;
  readonly documentId: DocumentId;
  readonly title: string;
  readonly heading: string;
}

export interface FollowUpDeps {
  readonly documents: Pick<DocumentStore, 'passages'>;
  /** Asks each candidate, extractively, so that looking costs no call of a chat model. */
  readonly answerQuestion: AnswerQuestion;
  /** The one that wrote the answer words the questions; without it headings become questions by a pattern. */
  readonly chats: readonly ChatModel[];
  readonly prompt: Prompt;
  readonly log: { warn(fields: object, message: string): void };
}

export interface Answered {
  readonly answer: Answer;
  readonly principal: Principal;
  /** That of the answered question. */
  readonly filter: FilterClause | null;
  /** The tenant's present ones. */
  readonly settings: TenantSettings;
}

/** At most three, best first; none for an answer without quotes. Throws what the store throws, or the signal's reason. */
export type SuggestFollowUps = (answered: Answered, signal: AbortSignal) => Promise<FollowUp[]>;

const mostFollowUps = 3;
const mostCandidates = 8;
const documentsLookedAt = 3;
const passagesLookedAt = 200;

/**
 * Makes questions of the headings around an answer's quotes, nearest first, and keeps those that are answered, under the same filter
 * and the tenant's settings, with something that the answer does not quote already.
 */
export function createSuggestFollowUps(deps: FollowUpDeps): SuggestFollowUps {
  const { documents, answerQuestion } = deps;
  return async (answered, signal) => {
    const { answer, principal } = answered;
    const cited = [...new Set(answer.quotes.map(({ documentId }) => documentId))];
    const near: Candidate[][] = [];
    for (const id of cited.slice(0, documentsLookedAt)) {
      if (!isId('document', id)) continue;
      const page = await documents.passages(principal, id, passagesLookedAt, null);
      near.push(candidatesIn(page?.items ?? [], answer));
    }
    const kept: FollowUp[] = [];
    const candidates = inTurn(near).slice(0, mostCandidates);
    for (const candidate of await phrase(writerOf(deps, answered), candidates, signal)) {
      if (kept.length === mostFollowUps) break;
      signal.throwIfAborted();
      const { text: _text, ...followUp } = candidate;
      if (await bringsMore(answerQuestion, { candidate, answered }, signal)) kept.push(followUp);
    }
    return kept;
  };
}

interface Candidate extends FollowUp {
  /** The passage under the heading. */
  readonly text: string;
}

interface Writer extends Pick<FollowUpDeps, 'prompt' | 'log'> {
  readonly chat: ChatModel | null;
}

/** Whoever wanted the answer without a chat model, or from another one, wants its questions so too. */
function writerOf({ chats, prompt, log }: FollowUpDeps, { answer, settings }: Answered): Writer {
  const { models, answerTokens } = settings;
  const chat = chats.find(({ id }) => id === answer.model && (models?.includes(id) ?? true));
  return { chat: chat ? createTokenMeter({ limit: answerTokens }).of(chat) : null, prompt, log };
}

/** In the words of the chat model where there is one and it does as it is told, else as they are. */
async function phrase(
  { chat, prompt, log }: Writer,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  if (!chat || candidates.length === 0) return candidates;
  try {
    const phrased = await phraseFollowUps({ chat, prompt }, candidates, signal);
    return candidates.map((candidate, index) => ({ ...candidate, question: phrased[index] ?? candidate.question }));
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error }, 'questions to go on with were made without the chat model');
    return candidates;
  }
}

type ListedPassage = Omit<RankedPassage, 'score'>;

/** Questions on the sections of one document that are not quoted, nearest to a quote first. */
function candidatesIn(passages: readonly ListedPassage[], { question: answered, quotes }: Answer): Candidate[] {
  const quoted = new Set<string>(quotes.map(({ passageId }) => passageId));
  const places = passages.filter(({ id }) => quoted.has(id)).map(({ ordinal }) => ordinal);
  const distance = ({ ordinal }: ListedPassage) => Math.min(...places.map((place) => Math.abs(place - ordinal)));
  const seen = new Set<string>(quotes.map(({ title, headingPath }) => sectionOf(title, headingPath) ?? ''));
  const asked = wordsOf(answered);
  return [...passages]
    .sort((one, other) => distance(one) - distance(other))
    .flatMap(({ documentId, title, headingPath, language, text }) => {
      const heading = sectionOf(title, headingPath);
      if (heading === null || seen.has(heading)) return [];
      seen.add(heading);
      const isAsked = [...wordsOf(heading)].every((word) => asked.has(word));
      const question = toQuestion({ title, heading, language });
      return isAsked || hasUnsafeLink(question, []) ? [] : [{ question, documentId, title, heading, text }];
    });
}

/** The innermost heading; null where there is none beside the title. */
function sectionOf(title: string, headingPath: readonly string[]): string | null {
  const heading = headingPath.at(-1);
  return heading === undefined || heading === title || !/\p{L}/u.test(heading) ? null : heading;
}

interface Section {
  readonly title: string;
  readonly heading: string;
  readonly language: string | null;
}

/** Headings that are questions stay as they are; names stay whole, so that the search knows them. */
function toQuestion({ title, heading, language }: Section): string {
  if (/[?？]$/.test(heading)) return heading;
  const isEnglish = language === null || language.startsWith('en');
  return isEnglish ? `What does “${title}” say about “${heading}”?` : `${title}: ${heading}?`;
}

/** Whether the question is answered from its document, with a quote that the answer does not have. */
async function bringsMore(
  answerQuestion: AnswerQuestion,
  { candidate, answered }: { readonly candidate: Candidate; readonly answered: Answered },
  signal: AbortSignal,
): Promise<boolean> {
  const { question, documentId } = candidate;
  const { answer, principal, filter, settings } = answered;
  const known = new Set(answer.quotes.map(placeOf));
  const leave = new AbortController();
  const input: AnswerInput = {
    ...{ answerId: newId('answer'), conversationId: newId('conversation'), question, history: [], principal },
    ...{ filter, mode: answer.mode, locale: null, maxQuotes: 1, ...underSettings(settings) },
    ...{ models: ['extractive'], cache: 'bypass', onRecord: () => {} },
  };
  try {
    for await (const event of answerQuestion(input, AbortSignal.any([signal, leave.signal]))) {
      if (event.type === 'quote-verified') return event.documentId === documentId && !known.has(placeOf(event));
      if (isFinalEvent(event)) break;
    }
    return false;
  } finally {
    leave.abort();
  }
}

const placeOf = ({ documentId, start, end }: Answer['quotes'][number]) => `${documentId} ${start} ${end}`;

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/** One of each list, then the second of each. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}
