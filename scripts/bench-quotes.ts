import { createTermWeights } from '../src/chains/evidence/term-weights.ts';
import { type AnswerToScore, scoreAnswer } from '../src/chains/ground/score-answer.ts';
import { alignPieces, foldQuote } from '../src/chains/quotes/align-pieces.ts';
import { toQuoteText } from '../src/chains/quotes/quote-text.ts';
import { verifyQuote } from '../src/chains/quotes/verify-quote.ts';
import { newId } from '../src/domain/ids.ts';
import { createRandom } from '../src/domain/random.ts';
import { splitSentences } from '../src/domain/sentences.ts';
import { readHandbook } from './bench/handbook-text.ts';

/**
 * What it takes to verify a quote against eight passages of the sample handbook, whose texts are folded once, and to measure an
 * answer against contexts of several lengths. Processor time of this process, microseconds.
 */
const rounds = 2_000;
/** The code runs at its speed after some hundred answers; more contexts of the longest kind than this would not be remembered. */
const warmUpAnswers = 600;
const answerRounds = 100;
const passagesEach = 8;
const passageCharacters = 1_200;

const text = readHandbook();
const random = createRandom(1);
const passages = Array.from({ length: passagesEach }, (_, index) =>
  text.slice(index * passageCharacters, (index + 1) * passageCharacters),
);
const sources = passages.map(toQuoteText);

console.log(`a quote against ${passagesEach} passages of ${passageCharacters} characters, microseconds`);
for (const words of [5, 20, 60, 150]) measureQuotes(`${words} words`, () => quoteOf(words));
measureQuotes('with an ellipsis', () => joined(3));
measureQuotes('wrong order', () => joined(3).split(' … ').reverse().join(' … '));
measureQuotes('one word changed', () => quoteOf(30).replace(/\S+(?=\s\S+$)/, 'harbour'));
measureQuotes('found nowhere', () => 'The harbour of the green table was purchased quietly on a window seat.');
measureQuotes('repeated pieces', () => 'the … the … the … the');
console.log(`  ${'folding the passages'.padEnd(22)} ${processorTime(rounds / 10, () => passages.map(toQuoteText))}`);

console.log('an answer of five sentences against a context, microseconds');
await scoreAll(answersOf(1_000, warmUpAnswers));
for (const characters of [1_000, 4_000, 16_000]) await measureAnswers(characters);

function quoteOf(words: number): string {
  const all = [...random.pick(passages).matchAll(/\S+/g)];
  const first = random.integer(0, Math.max(0, all.length - words - 1));
  const last = all[Math.min(all.length, first + words) - 1];
  const start = all[first]?.index ?? 0;
  return last?.input.slice(start, last.index + last[0].length) ?? '';
}

/** A quote that leaves out five words behind each fifth. */
function joined(pieces: number): string {
  const words = quoteOf(10 * pieces).split(' ');
  return Array.from({ length: pieces }, (_, piece) => words.slice(10 * piece, 10 * piece + 5).join(' ')).join(' … ');
}

function measureQuotes(name: string, make: () => string): void {
  const quotes = Array.from({ length: rounds }, make);
  const found = quotes.filter((quote) => sources.some((source) => alignPieces(foldQuote(quote), source))).length;
  let next = 0;
  const taken = processorTime(rounds, () =>
    verifyQuote({ text: quotes[next++ % rounds] ?? '', passage: null }, sources),
  );
  const share = `${Math.round((100 * found) / rounds)} % found`;
  console.log(`  ${name.padEnd(22)} ${taken}   ${share}`);
}

/** Pieces of the handbook, each context another one: what is remembered of a text must not pass for speed. */
function answersOf(characters: number, count: number): AnswerToScore[] {
  const weights = createTermWeights({ lookUp: null, tenant: newId('tenant'), sample: text });
  return Array.from({ length: count }, (_, round) => {
    const from = random.integer(0, text.length - characters - 1);
    const context = text.slice(from, from + characters).replaceAll('.', ` ${round}.`);
    const sentences = splitSentences(context).slice(0, 5);
    const response = sentences.map(({ start, end }) => context.slice(start, end).replace('the', 'a')).join(' ');
    return { question: 'What holds?', response, context: [context], weights };
  });
}

async function measureAnswers(characters: number): Promise<void> {
  const answers = answersOf(characters, answerRounds);
  const first = await scoreAll(answers);
  const again = await scoreAll(answers);
  console.log(`  ${`${characters} characters`.padEnd(22)} ${first}, where its sentences were met before ${again}`);
}

async function scoreAll(answers: readonly AnswerToScore[]): Promise<string> {
  const before = process.cpuUsage();
  for (const answer of answers) await scoreAnswer(answer);
  return perRound(before, answers.length);
}

function processorTime(count: number, work: () => unknown): string {
  for (let round = 0; round < count / 4; round += 1) work();
  const before = process.cpuUsage();
  for (let round = 0; round < count; round += 1) work();
  return perRound(before, count);
}

function perRound(before: NodeJS.CpuUsage, count: number): string {
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / count).toFixed(0).padStart(6);
}
