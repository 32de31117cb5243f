import type { Quote, UnsequencedAnswerEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { asReviewed } from '../domain/reviewed.ts';
import type { AnswererInput } from './answerer.ts';
import { rowAsSentence } from './evidence/compose-unit.ts';
import { tableHeaderOf } from './evidence/table-header-of.ts';
import { judgeListing } from './ground/judge-listing.ts';
import type { JudgeSentence } from './ground/judge-sentence.ts';
import { type Evidence, readEvidence } from './ground/read-evidence.ts';
import { cappedScore, type Groundedness, scoreGroundedness, withholdingOf } from './ground/score-groundedness.ts';
import { hasUnsafeLink } from './ground/unsafe-link.ts';
import { plainText } from './quotes/plain-text.ts';
import { withTextFragment } from './quotes/text-fragment.ts';
import type { PassageQuote } from './quotes/verify-quote.ts';
import type { UnitKind } from './read-answer.ts';

export interface Draft {
  /** As it is to be shown, without citation marks. */
  readonly text: string;
  readonly quotes: readonly PassageQuote[];
  /** Stands on a line of its own, as steps and rows do. */
  readonly isLine: boolean;
  /** A sentence where left out. */
  readonly kind?: UnitKind;
  /** Of a table row: the lines above the first row, shown before the first that is released. */
  readonly header?: string;
  /** Shown with all of its quotes or not at all. */
  readonly isWhole?: boolean;
  /** Of our making: words of its quotes and what the store knows of their documents. It is not measured against the quotes. */
  readonly isNotice?: boolean;
}

/** What a gate let through before. */
export interface Released {
  readonly quotes: readonly Quote[];
  /** Released and withheld. */
  readonly sentences: number;
}

export type SentenceGate = (draft: Draft) => AsyncGenerator<UnsequencedAnswerEvent>;

/** A second judge of what words alone would let through. */
export interface SecondJudge {
  readonly judge: JudgeSentence;
  readonly signal: AbortSignal;
}

/**
 * The one way by which text reaches a reader: numbers quotes by first use, checks links and groundedness, and gives the
 * events of a released sentence, or why it is withheld. In lenient mode an unsupported sentence is shown with its groundedness. The second judge
 * can only withhold or confirm: it is not asked about what is withheld anyway, nor about sentences of the quotes themselves.
 */
export function createSentenceGate(
  input: AnswererInput,
  second: SecondJudge | null = null,
  released: Released = { quotes: [], sentences: 0 },
): SentenceGate {
  const shown = new Map(released.quotes.map((quote) => [keyOf(input, quote), quote]));
  const measure = createMeasure(input, createSecondOpinion(second));
  let sentence = released.sentences - 1;
  let last: Draft | null = released.sentences > 0 ? { text: '', quotes: [], isLine: false } : null;
  /** Quotes that are shown already or may still be: what cannot be shown proves nothing. */
  const showable = (quotes: readonly PassageQuote[]) => {
    const places = new Set(shown.keys());
    return quotes.filter(
      (quote) => places.has(placeOf(quote)) || (places.size < input.maxQuotes && places.add(placeOf(quote))),
    );
  };
  return async function* release(draft) {
    sentence += 1;
    const quotes = showable(draft.quotes);
    const isFirstRow = Boolean(draft.header) && last?.header !== draft.header;
    const text = isFirstRow ? `${draft.header}\n${draft.text}` : draft.text;
    if (quotes.length === 0) return yield { type: 'sentence-withheld', sentence, reason: 'no-quote' };
    if (draft.isWhole && quotes.length < draft.quotes.length)
      return yield { type: 'sentence-withheld', sentence, reason: 'no-quote' };
    if (hasUnsafeLink(text, sourcesOf(input, quotes)))
      return yield { type: 'sentence-withheld', sentence, reason: 'unsafe-link' };
    const groundedness = draft.isNotice ? certain : yield* measure(draft, quotes);
    const withholding = withholdingOf(groundedness);
    if (withholding !== null && input.mode === 'strict')
      return yield { type: 'sentence-withheld', sentence, reason: withholding };
    const numbers: number[] = [];
    for (const quote of quotes) {
      const known = shown.get(placeOf(quote)) ?? toQuote(input.passages, quote, shown.size + 1);
      if (!shown.has(placeOf(quote))) {
        shown.set(placeOf(quote), known);
        yield { type: 'quote-verified', ...known };
      }
      if (!numbers.includes(known.number)) numbers.push(known.number);
    }
    yield { type: 'text-delta', sentence, text: `${separatorOf(last, draft)}${text}` };
    last = draft;
    yield { type: 'sentence-finished', sentence, text, citations: numbers, groundedness: groundedness.score };
  };
}

/** A link must stand in a source that the sentence cites: a passage cannot place its links under the citation of another. */
function sourcesOf({ passages }: AnswererInput, quotes: readonly PassageQuote[]): string[] {
  const cited = [...new Set(quotes.map(({ passage }) => passage))];
  return cited.flatMap((passage) => [passages[passage]?.text ?? '', passages[passage]?.uri ?? '']);
}

const certain: Groundedness = { score: 1, label: 'supported', reasons: [], contributions: {} };

/** Measures a sentence against its quotes; a row reads as a sentence with the names of its columns, a listing is compared line by line. */
function createMeasure(input: AnswererInput, askSecond: SecondOpinion) {
  const readQuotes = createQuoteReader(input);
  return async function* (
    { kind, header = '', text }: Draft,
    quotes: readonly PassageQuote[],
  ): AsyncGenerator<UnsequencedAnswerEvent, Groundedness> {
    const says = kind === 'row' ? rowAsSentence(header, text) : text;
    await input.weights.prepare([says]);
    const { texts, evidence } = readQuotes(quotes);
    const byWords =
      kind === 'code'
        ? judgeListing(
            text,
            quotes.map((quote) => textOf(input, quote)),
          )
        : scoreGroundedness({
            sentence: says,
            evidence,
            given: [input.question, ...quotes.map((quote) => input.passages[quote.passage]?.title ?? '')],
            weights: input.weights,
          });
    return yield* askSecond(byWords, says, texts);
  };
}

/** Reads the same quotes once for all sentences of an answer that cite them. */
function createQuoteReader(input: AnswererInput) {
  const read = new Map<string, { readonly texts: readonly string[]; readonly evidence: Evidence }>();
  return (quotes: readonly PassageQuote[]) => {
    const key = quotes.map(placeOf).join();
    const known = read.get(key);
    if (known) return known;
    const texts = quotes.map((quote) => evidenceOf(input, quote));
    const made = { texts, evidence: readEvidence(texts, input.weights) };
    read.set(key, made);
    return made;
  };
}

/** Markdown tells a list, a table and a listing from what stands before and behind them by an empty line. */
function separatorOf(last: Draft | null, { kind = 'sentence', isLine, header }: Draft): string {
  if (last === null) return '';
  if ((last.kind ?? 'sentence') !== kind || kind === 'code' || last.header !== header) return '\n\n';
  return isLine ? '\n' : ' ';
}

type SecondOpinion = (
  byWords: Groundedness,
  text: string,
  evidence: readonly string[],
) => AsyncGenerator<UnsequencedAnswerEvent, Groundedness>;

/** What the second judge makes of the verdict by words, which stands when it fails; after a failed call it is left alone for this answer. */
function createSecondOpinion(second: SecondJudge | null): SecondOpinion {
  let isDown = second === null;
  return async function* (byWords, text, evidence) {
    const isCertain = withholdingOf(byWords) !== null || Object.keys(byWords.contributions).length === 0;
    if (!second || isDown || isCertain) return byWords;
    try {
      if (await second.judge(text, evidence, second.signal)) return byWords;
      return { ...byWords, score: cappedScore * byWords.score, label: 'unsupported' };
    } catch (error) {
      second.signal.throwIfAborted();
      const { code } = AppError.from(error);
      isDown = code !== 'MODEL_BAD_RESPONSE';
      yield { type: 'step-degraded', step: 'judge', to: 'words', cause: code };
      return byWords;
    }
  };
}

function placeOf({ passage, start, end }: PassageQuote): string {
  return `${passage} ${start} ${end}`;
}

/** The place of a quote that was shown. */
function keyOf({ passages }: AnswererInput, { passageId, start, end }: Quote): string {
  const passage = passages.findIndex(({ id }) => id === passageId);
  const offset = passages[passage]?.start ?? 0;
  return placeOf({ passage, start: start - offset, end: end - offset });
}

/** A quote as it reads; in a table with the names of the columns. */
function evidenceOf(input: AnswererInput, quote: PassageQuote): string {
  const header = tableHeaderOf(input.passages[quote.passage]?.text ?? '', quote.start);
  const text = textOf(input, quote);
  if (header === null || text.includes('\n')) return plainText(text);
  return `${rowAsSentence(header, text)}\n${plainText(text)}`;
}

function textOf({ passages }: AnswererInput, { passage, start, end }: PassageQuote): string {
  return passages[passage]?.text.slice(start, end) ?? '';
}

/** The quote as readers see it. Throws a RangeError when it names no passage. */
export function toQuote(passages: AnswererInput['passages'], quote: PassageQuote, number: number): Quote {
  const passage = passages[quote.passage];
  if (!passage) throw new RangeError('A quote names a passage that was not retrieved.');
  const text = passage.text.slice(quote.start, quote.end);
  return {
    number,
    text,
    passageId: passage.id,
    documentId: passage.documentId,
    version: passage.version,
    start: passage.start + quote.start,
    end: passage.start + quote.end,
    uri: withTextFragment(passage.uri, plainText(text)),
    title: passage.title,
    headingPath: [...passage.headingPath],
    page: passage.page,
    ...asReviewed(passage),
  };
}
