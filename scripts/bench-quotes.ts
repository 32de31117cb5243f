import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from '../evals/metrics/percentile.ts';
import { createTermWeights } from '../src/chains/evidence/term-weights.ts';
import { scoreAnswer } from '../src/chains/ground/score-answer.ts';
import { alignPieces } from '../src/chains/quotes/align-pieces.ts';
import { toQuoteText } from '../src/chains/quotes/quote-text.ts';
import { verifyQuote } from '../src/chains/quotes/verify-quote.ts';
import { newId } from '../src/domain/ids.ts';
import { createRandom } from '../src/domain/random.ts';
import { splitSentences } from '../src/domain/sentences.ts';

/**
 * What it takes to verify a quote against eight passages of the sample handbook, whose texts are folded once, and to measure an
 * answer against contexts of several lengths. Processor time of this process, microseconds.
 */
const rounds = 2_000;
const answerRounds = 200;
const passagesEach = 8;
const passageCharacters = 1_200;
const handbook = join(import.meta.dirname, '../datasets/handbook/documents');

const text = readdirSync(handbook, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .sort()
  .map((name) => readFileSync(join(handbook, name), 'utf8'))
  .join('\n\n');
const random = createRandom(1);
const passages = Array.from({ length: passagesEach }, (_, index) =>
  text.slice(index * passageCharacters, (index + 1) * passageCharacters),
);
const sources = passages.map(toQuoteText);

console.log(`a quote against ${passagesEach} passages of ${passageCharacters} characters, microseconds`);
for (const words of [5, 20, 60, 150]) measureQuotes(`${words} words`, () => quoteOf(words));
measureQuotes('with an ellipsis', () => `${quoteOf(8)} … ${quoteOf(8)}`);
measureQuotes('three ellipses', () => [quoteOf(5), quoteOf(5), quoteOf(5), quoteOf(5)].join(' … '));
measureQuotes('one word changed', () => quoteOf(30).replace(/\S+(?=\s\S+$)/, 'harbour'));
measureQuotes('found nowhere', () => 'The harbour of the green table was purchased quietly on a window seat.');
measureQuotes('repeated pieces', () => 'the … the … the … the');
const folding = time(rounds / 10, () => passages.map(toQuoteText));
console.log(`  ${'folding a passage'.padEnd(20)} p50 ${figure(percentile(folding, 0.5), passagesEach)}`);

console.log('an answer of five sentences against a context, microseconds');
for (const characters of [1_000, 4_000, 16_000, 64_000]) await measureAnswers(characters);

function quoteOf(words: number): string {
  const all = [...random.pick(passages).matchAll(/\S+/g)];
  const first = random.integer(0, Math.max(0, all.length - words - 1));
  const last = all[Math.min(all.length, first + words) - 1];
  const start = all[first]?.index ?? 0;
  return last?.input.slice(start, last.index + last[0].length) ?? '';
}

function measureQuotes(name: string, make: () => string): void {
  const quotes = Array.from({ length: rounds }, make);
  const found = quotes.filter((quote) => sources.some((source) => alignPieces(quote, source))).length;
  let next = 0;
  const times = time(rounds, () => verifyQuote({ text: quotes[next++ % rounds] ?? '', passage: null }, sources));
  const share = `${Math.round((100 * found) / rounds)} % found`;
  console.log(`  ${name.padEnd(20)} ${describe(times)}   ${share}`);
}

async function measureAnswers(characters: number): Promise<void> {
  const weights = createTermWeights({ lookUp: null, tenant: newId('tenant'), sample: text });
  const times: number[] = [];
  for (let round = 0; round < answerRounds; round += 1) {
    // Another place each time: what is remembered of a text from earlier questions must not pass for speed.
    const from = random.integer(0, text.length - characters - 1);
    const context = [`${text.slice(from, from + characters)} ${round}`];
    const sentences = splitSentences(context[0] ?? '').slice(0, 5);
    const response = sentences.map(({ start, end }) => context[0]?.slice(start, end).replace('the', 'a')).join(' ');
    const started = performance.now();
    await scoreAnswer({ question: 'What holds?', response, context, weights });
    times.push(performance.now() - started);
  }
  console.log(`  ${`${characters} characters`.padEnd(20)} ${describe(times)}`);
}

function time(count: number, work: () => unknown): number[] {
  for (let round = 0; round < count / 10; round += 1) work();
  return Array.from({ length: count }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
}

function describe(times: readonly number[]): string {
  return `p50 ${figure(percentile(times, 0.5))}   p95 ${figure(percentile(times, 0.95))}`;
}

function figure(milliseconds: number | null, parts = 1): string {
  return ((1_000 * (milliseconds ?? Number.NaN)) / parts).toFixed(0).padStart(6);
}
