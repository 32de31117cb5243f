import type { Quote, UnsequencedAnswerEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { AnswererInput } from './answerer.ts';
import { rowAsSentence } from './evidence/compose-unit.ts';
import { tableHeaderOf } from './evidence/table-header-of.ts';
import { judgeListing } from './ground/judge-listing.ts';
import type { JudgeSentence } from './ground/judge-sentence.ts';
import { readEvidence } from './ground/read-evidence.ts';
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
export function createSentenceGate(input: AnswererInput, second: SecondJudge | null = null): SentenceGate {
  const shown = new Map<string, Quote>();
  const sources = input.passages.flatMap((passage) => [passage.text, passage.uri ?? '']);
  const askSecond = createSecondOpinion(second);
  let sentence = -1;
  let last: Draft | null = null;
  /** Quotes that are shown already or may still be: what cannot be shown proves nothing. */
  const showable = (quotes: readonly PassageQuote[]) => {
    const keys = new Set(shown.keys());
    return quotes.filter((quote) => keys.has(keyOf(quote)) || (keys.size < input.maxQuotes && keys.add(keyOf(quote))));
  };
  return async function* release(draft) {
    sentence += 1;
    const quotes = showable(draft.quotes);
    const isFirstRow = Boolean(draft.header) && last?.header !== draft.header;
    const text = isFirstRow ? `${draft.header}\n${draft.text}` : draft.text;
    if (quotes.length === 0) return yield { type: 'sentence-withheld', sentence, reason: 'no-quote' };
    if (hasUnsafeLink(text, sources)) return yield { type: 'sentence-withheld', sentence, reason: 'unsafe-link' };
    const says = draft.kind === 'row' ? rowAsSentence(draft.header ?? '', draft.text) : draft.text;
    await input.weights.prepare([says]);
    const evidence = quotes.map((quote) => evidenceOf(input, quote));
    const byWords =
      draft.kind === 'code'
        ? judgeListing(
            draft.text,
            quotes.map((quote) => textOf(input, quote)),
          )
        : scoreGroundedness({
            sentence: says,
            evidence: readEvidence(evidence, input.weights),
            given: [input.question, ...quotes.map((quote) => input.passages[quote.passage]?.title ?? '')],
            weights: input.weights,
          });
    const groundedness = yield* askSecond(byWords, says, evidence);
    const withholding = withholdingOf(groundedness);
    if (withholding !== null && input.mode === 'strict')
      return yield { type: 'sentence-withheld', sentence, reason: withholding };
    const numbers: number[] = [];
    for (const quote of quotes) {
      const known = shown.get(keyOf(quote)) ?? toQuote(input, quote, shown.size + 1);
      if (!shown.has(keyOf(quote))) {
        shown.set(keyOf(quote), known);
        yield { type: 'quote-verified', ...known };
      }
      if (!numbers.includes(known.number)) numbers.push(known.number);
    }
    yield { type: 'text-delta', sentence, text: `${separatorOf(last, draft)}${text}` };
    last = draft;
    yield { type: 'sentence-finished', sentence, text, citations: numbers, groundedness: groundedness.score };
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

/** A quote as it reads; in a table with the names of the columns. */
function evidenceOf(input: AnswererInput, quote: PassageQuote): string {
  const header = tableHeaderOf(input.passages[quote.passage]?.text ?? '', quote.start);
  const text = textOf(input, quote);
  if (header === null || text.includes('\n')) return plainText(text);
  return `${rowAsSentence(header, text)}\n${plainText(text)}`;
}

function keyOf({ passage, start, end }: PassageQuote): string {
  return `${passage} ${start} ${end}`;
}

function textOf({ passages }: AnswererInput, { passage, start, end }: PassageQuote): string {
  return passages[passage]?.text.slice(start, end) ?? '';
}

function toQuote(input: AnswererInput, quote: PassageQuote, number: number): Quote {
  const passage = input.passages[quote.passage];
  if (!passage) throw new RangeError('A quote names a passage that was not retrieved.');
  const text = textOf(input, quote);
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
  };
}
