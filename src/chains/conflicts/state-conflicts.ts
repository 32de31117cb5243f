import type { UnsequencedAnswerEvent } from '../../domain/answer.ts';
import { draftOfUnit } from '../answer-extractively.ts';
import type { AnswererInput } from '../answerer.ts';
import type { RankedUnit } from '../evidence/rank-units.ts';
import { selectUnits } from '../evidence/select-units.ts';
import { plainText } from '../quotes/plain-text.ts';
import { quoteTextsOf } from '../quotes/quote-text.ts';
import type { PassageQuote } from '../quotes/verify-quote.ts';
import { languageOfAsker } from '../refuse/language-of-asker.ts';
import { createSentenceGate, type Released, type SentenceGate } from '../release-sentences.ts';
import { conflictMessage } from './conflict-messages.ts';
import { type Conflict, findConflicts, type Place } from './find-conflicts.ts';
import { newerSource } from './newer-source.ts';

type Events = AsyncGenerator<UnsequencedAnswerEvent>;

/**
 * After the sentences of an answer: where its quotes contradict each other, or what else was found contradicts them, the other
 * side in its own words, a line that names both with versions and dates, and `conflict-found`. Nothing of a conflict of which
 * a side cannot be quoted any more.
 */
export async function* stateConflicts(input: AnswererInput, released: Released): Events {
  const conflicts = findConflicts(input, released.quotes);
  if (conflicts.length === 0) return;
  const release = createSentenceGate(input, null, released);
  for (const conflict of conflicts) yield* stateConflict(input, { conflict, released, release });
}

interface Stating {
  readonly conflict: Conflict;
  readonly released: Released;
  readonly release: SentenceGate;
}

async function* stateConflict(input: AnswererInput, { conflict, released, release }: Stating): Events {
  const sides: PassageQuote[] = [];
  for (const unit of conflict.units) {
    const quoted = quoteHolding(unit, input, released);
    if (quoted) {
      sides.push(quoted);
      continue;
    }
    const { draft } = draftOfUnit(unit, input, quoteTextsOf(input.passages));
    const own = draft?.quotes.at(-1);
    if (!draft || !own || !(yield* isReleased(release({ ...draft, isWhole: true })))) return;
    sides.push(own);
  }
  yield* nameSides(input, { conflict, sides, release });
}

async function* nameSides(
  input: AnswererInput,
  { conflict, sides, release }: Omit<Stating, 'released'> & { readonly sides: readonly PassageQuote[] },
): Events {
  const passages = sides.map(({ passage }) => input.passages[passage]);
  const [one, other] = passages;
  const [first, second] = sides;
  if (!one || !other || !first || !second) return;
  const newer = newerSource([one, other]);
  const isTurned = newer?.index === 1;
  const turn = <T>(pair: readonly [T, T]): readonly [T, T] => (isTurned ? [pair[1], pair[0]] : pair);
  const stated = conflict.stated && turn(conflict.stated);
  const quotes = turn([first, second]);
  const holdsStated = quotes.every((quote, index) => !stated || textOf(input, quote).includes(stated[index] ?? ''));
  if (!holdsStated) return;
  const message = conflictMessage(
    turn([one, other]),
    { stated, newer: newer && { index: 0, basis: newer.basis } },
    languageOfAsker(input.locale, input.question),
  );
  for await (const event of release({ text: message, quotes, isLine: true, isWhole: true, isNotice: true })) {
    yield event;
    if (event.type !== 'sentence-finished') continue;
    const [quote = 0, otherQuote = 0] = event.citations;
    const basis = newer?.basis ?? null;
    const { kind } = conflict;
    yield {
      type: 'conflict-found',
      kind,
      quotes: [quote, otherQuote],
      stated: stated ? [...stated] : null,
      newer: basis,
    };
  }
}

/**
 * How many quotes to leave free for the other sides of what is likely to be said; null when there are conflicts and not even two
 * quotes to state both sides of one.
 */
export function quotesForConflicts(input: AnswererInput): number | null {
  if (input.maxQuotes >= roomForAll) return 0;
  const said: Place[] = selectUnits(input).flatMap(({ passage, start, end }) => {
    const source = input.passages[passage];
    return source ? [{ passageId: source.id, start: source.start + start, end: source.start + end }] : [];
  });
  const conflicts = findConflicts(input, said);
  if (conflicts.length > 0 && input.maxQuotes < 2) return null;
  return Math.min(conflicts.length, input.maxQuotes - 1);
}

/** An answer of as many sentences as are usual leaves room for the other sides. */
const roomForAll = 7;

/** Passes the events on, and tells whether the sentence was shown. */
async function* isReleased(events: Events): AsyncGenerator<UnsequencedAnswerEvent, boolean> {
  let isShown = false;
  for await (const event of events) {
    if (event.type === 'sentence-finished') isShown = true;
    yield event;
  }
  return isShown;
}

/** The released quote that says what the unit says. */
function quoteHolding(unit: RankedUnit, { passages }: AnswererInput, { quotes }: Released): PassageQuote | null {
  const passage = passages[unit.passage];
  if (!passage) return null;
  const start = passage.start + unit.start;
  const end = passage.start + unit.end;
  const quote = quotes.find(
    (candidate) =>
      candidate.passageId === passage.id &&
      ((candidate.start <= start && candidate.end >= end) || (candidate.start >= start && candidate.end <= end)),
  );
  return quote ? { passage: unit.passage, start: quote.start - passage.start, end: quote.end - passage.start } : null;
}

function textOf({ passages }: AnswererInput, { passage, start, end }: PassageQuote): string {
  return plainText(passages[passage]?.text.slice(start, end) ?? '');
}
