import { createTermWeights } from '../../src/chains/evidence/term-weights.ts';
import { readEvidence } from '../../src/chains/ground/read-evidence.ts';
import { type Groundedness, scoreGroundedness, withheldBelow } from '../../src/chains/ground/score-groundedness.ts';
import { alignQuote } from '../../src/chains/quotes/align-quote.ts';
import { toQuoteText } from '../../src/chains/quotes/quote-text.ts';
import { newId } from '../../src/domain/ids.ts';
import { type CheckedAnswer, readCheckedAnswer } from './read-checked-answer.ts';

export interface Outcome {
  readonly pass: boolean;
  readonly message: () => string;
}

type Sentence = CheckedAnswer['sentences'][number];
type Quote = CheckedAnswer['quotes'][number];

/** The built-in scorer withholds below it in strict mode; the same is asked of an answer unless a test asks for more. */
export interface GroundedOptions {
  /** In [0, 1], .3 when left out. */
  readonly minimum?: number;
}

/**
 * Passes when each sentence cites a quote that is there and says what its quotes say: the lower of the groundedness that the answer gives and the
 * one computed here, from the quotes alone, is at least `minimum`. A refusal or an answer without a sentence is not grounded.
 */
export function toBeGrounded(received: unknown, { minimum = withheldBelow }: GroundedOptions = {}): Outcome {
  const answer = readCheckedAnswer(received);
  if (answer.refusal) return fail(`expected an answer with sentences, but ${describeRefusal(answer)}`);
  if (answer.sentences.length === 0) return fail('expected an answer with sentences, but it has none');
  const scoring = createScoring(answer);
  const problems = answer.sentences.flatMap((sentence) => problemOf(answer, sentence, { minimum, ...scoring }));
  if (problems.length > 0)
    return fail(`expected each sentence to follow from the quotes that it cites, but\n${problems.join('\n')}`);
  return pass(`expected a sentence that does not follow from its quotes, but all ${answer.sentences.length} do`);
}

/** Passes when a sentence cites a source of this name: its title, document, identifier or address, or the end of a path. */
export function toCiteSource(received: unknown, name: string | RegExp): Outcome {
  const answer = readCheckedAnswer(received);
  const numbers = new Set(answer.sentences.flatMap(({ citations }) => citations));
  const cited = answer.quotes.filter(({ number }) => numbers.has(number));
  if (cited.some((quote) => isNamed(quote, name)))
    return pass(`expected no sentence to cite ${String(name)}, but one does`);
  const sources = [...new Set(cited.map(nameOf))];
  const instead = answer.refusal ? describeRefusal(answer) : `it cites ${sources.join(', ') || 'nothing'}`;
  return fail(`expected the answer to cite ${String(name)}, but ${instead}`);
}

/** Passes for a refusal, with this reason where one is given. */
export function toRefuse(received: unknown, reason?: string): Outcome {
  const answer = readCheckedAnswer(received);
  const wanted = reason === undefined ? 'a refusal' : `a refusal because of ${reason}`;
  if (!answer.refusal) return fail(`expected ${wanted}, but the answer is “${answer.text}”`);
  if (reason !== undefined && answer.refusal.reason !== reason)
    return fail(`expected ${wanted}, but ${describeRefusal(answer)}`);
  return pass(`expected an answer, but ${describeRefusal(answer)}`);
}

/**
 * Passes when the answer shows quotes and each stands in one of the sources, by the verifier of answers: exact after folding white space, quote
 * marks and the like. A recorded answer knows it without the sources. Throws TypeError where there is nothing to look in.
 */
export function toQuoteVerbatim(received: unknown, sources?: string | readonly string[]): Outcome {
  const { quotes } = readCheckedAnswer(received);
  if (quotes.length === 0) return fail('expected an answer with quotes, but it shows none');
  const texts = sources === undefined ? null : [sources].flat().map(toQuoteText);
  const wrong = quotes.filter((quote) => {
    if (texts) return !texts.some((source) => alignQuote(quote.text, source) !== null);
    if (quote.found === undefined)
      throw new TypeError(
        'toQuoteVerbatim needs the texts of the sources: only recorded answers say where quotes were found',
      );
    return quote.found !== 'at-offsets' && quote.found !== 'elsewhere';
  });
  if (wrong.length === 0) return pass(`expected a quote that stands in no source, but all ${quotes.length} do`);
  const lines = wrong.map((quote) => `  ${describeQuote(quote)}`);
  return fail(`expected each quote to stand in its source, word for word, but not so\n${lines.join('\n')}`);
}

interface Scoring {
  score(sentence: string, quotes: readonly Quote[]): Groundedness;
}

/** All words weigh the same: a test has no index that knows how rare they are. */
function createScoring({ quotes, question }: CheckedAnswer): Scoring {
  const sample = quotes.map(({ text }) => text).join('\n');
  const weights = createTermWeights({ lookUp: null, tenant: newId('tenant'), sample });
  return {
    score: (sentence, cited) =>
      scoreGroundedness({
        sentence,
        evidence: readEvidence(
          cited.map(({ text }) => text),
          weights,
        ),
        given: cited.flatMap(({ title }) => title ?? []),
        ...(question === undefined ? {} : { question }),
        weights,
      }),
  };
}

function problemOf(
  { quotes }: CheckedAnswer,
  { text, citations, groundedness }: Sentence,
  { minimum, score }: Scoring & { readonly minimum: number },
): string[] {
  const cited = quotes.filter(({ number }) => citations.includes(number));
  const best = quotes
    .map((quote) => ({ quote, score: score(text, [quote]).score }))
    .toSorted((one, other) => other.score - one.score)[0];
  const closest = best ? `\n    its best quote is ${describeQuote(best.quote)}, ${best.score.toFixed(2)}` : '';
  const dangling = citations.filter((number) => !quotes.some((quote) => quote.number === number));
  if (dangling.length > 0) return [`  “${text}” cites [${dangling.join('], [')}], which is no quote${closest}`];
  if (cited.length === 0) return [`  “${text}” cites nothing${closest}`];
  const found = score(text, cited);
  const lower = Math.min(found.score, groundedness ?? 1);
  if (lower >= minimum) return [];
  const reasons = found.reasons.length > 0 ? ` (${found.reasons.join(', ')})` : '';
  return [`  “${text}” scores ${lower.toFixed(2)} by its quotes, less than ${minimum}${reasons}${closest}`];
}

function isNamed({ title, uri, document, documentId }: Quote, name: string | RegExp): boolean {
  const names = [title, uri, document, documentId].filter((each) => typeof each === 'string');
  if (typeof name !== 'string') return names.some((each) => each.search(name) >= 0);
  return names.some((each) => each === name || each.endsWith(`/${name}`));
}

const nameOf = ({ title, document, uri, documentId }: Quote) =>
  title || document || uri || documentId || 'a source without a name';
const describeQuote = (quote: Quote) => `[${quote.number}] “${quote.text}” (${nameOf(quote)})`;
const describeRefusal = ({ refusal }: CheckedAnswer) =>
  `it is a refusal (${refusal?.reason ?? 'without a reason'}): “${refusal?.message ?? ''}”`;

const pass = (message: string): Outcome => ({ pass: true, message: () => message });
const fail = (message: string): Outcome => ({ pass: false, message: () => message });
