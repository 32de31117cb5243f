import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readQuestionFolder } from '../evals/readers/beir.ts';
import { createMiniLmEmbedder } from '../src/models/minilm/minilm-embedder.ts';
import { createTokenCounter } from '../src/models/minilm/tokenizer.ts';
import type { RankerFit, RankerSide } from '../src/retrieve/rank/ranker.ts';
import { createCachedEmbedder } from './fit-ranker/cached-embedder.ts';
import { describeWeights, fitRanker, fitRelevance, judgeSet, judgeSignal } from './fit-ranker/fit-sides.ts';
import { keepSet } from './fit-ranker/kept-sets.ts';
import { evenly, type RankedSet, readSet } from './fit-ranker/read-set.ts';

/**
 * Fits the ranker on the BEIR folders below FOLDER and writes src/retrieve/rank/ranker-fit.json, with nDCG@10 of each set by weights fitted
 * on the others. Usage: npm run fit:ranker -- FOLDER [--cache DIR] [--sets a,b] [--most 1200] [--check]; with --check nothing is written.
 */
const output = resolve(import.meta.dirname, '../src/retrieve/rank/ranker-fit.json');
/** Questions of other sets that each corpus is asked. */
const strangersOfSet = 40;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: 'string', default: '.cache/fit-ranker' },
    sets: { type: 'string' },
    most: { type: 'string', default: '1200' },
    check: { type: 'boolean', default: false },
  },
});
const [root] = positionals;
if (!root) throw new Error('Name the folder that holds the sets.');
const found = readdirSync(root).filter((name) => existsSync(join(root, name, 'qrels.tsv')));
const everySet = found.sort();
const names = options.sets?.split(',').filter((name) => everySet.includes(name)) ?? everySet;
const own = createMiniLmEmbedder({ threads: 2 });
const embedder = createCachedEmbedder(own, options.cache);
const reading = {
  embedder,
  countTokens: createTokenCounter(),
  signal: new AbortController().signal,
  most: Number(options.most),
};

const sets: RankedSet[] = [];
for (const name of names) {
  const folder = join(root, name);
  const stranger = everySet[(everySet.indexOf(name) + 1) % everySet.length];
  const strangers = stranger && stranger !== name ? await questionsOf(join(root, stranger), strangersOfSet) : [];
  const asked = [embedder.id, reading.most, ...strangers];
  sets.push(await keepSet(options.cache, { folder, asked }, () => readSet(folder, strangers, reading)));
  console.log(`read ${name}: ${sets.at(-1)?.questions.length} questions`);
}
await own.close();

const isEnglish = ({ language }: RankedSet) => language === 'en';
const leftOut: RankerFit['leftOut'] = {};
for (const set of sets) leftOut[set.name] = judgeLeftOut(set);
if (!options.check) {
  const [hybrid, lexical, foreign] = [fitSide('hybrid', sets), fitSide('lexical', sets), fitSide('foreign', sets)];
  console.log(`weights, value/within: ${describeWeights(hybrid.weights)}`);
  const fit: RankerFit = {
    fittedAt: new Date().toISOString().slice(0, 10),
    embedder: embedder.id,
    sets: Object.fromEntries(sets.map(({ name, hash }) => [name, hash])),
    leftOut,
    ...{ hybrid: hybrid.weights, lexical: lexical.weights, foreign: foreign.weights },
    relevance: { hybrid: hybrid.relevance, lexical: lexical.relevance, foreign: foreign.relevance },
  };
  writeFileSync(output, `${JSON.stringify(fit, null, 2)}\n`);
}

async function questionsOf(folder: string, most: number): Promise<string[]> {
  const { queries } = await readQuestionFolder(folder);
  return evenly(queries, most).map(({ text }) => text);
}

/** Sides for passages in the embedder's language are fitted on sets in it, the other on the others. */
function fitSide(side: RankerSide, from: readonly RankedSet[]) {
  const sets = from.filter((set) => isEnglish(set) === (side !== 'foreign'));
  if (sets.length === 0) throw new Error(`There is no set to fit the side ${side} on.`);
  const weights = fitRanker(side, sets);
  return { weights, relevance: fitRelevance(side, sets, weights) };
}

function judgeLeftOut(set: RankedSet): RankerFit['leftOut'][string] {
  const others = sets.filter((other) => other !== set);
  const { weights, relevance } = fitSide(isEnglish(set) ? 'hybrid' : 'foreign', others);
  const { ranked, ...before } = judgeSet(weights, set);
  const lexical = isEnglish(set) ? judgeSet(fitSide('lexical', others).weights, set).ranked : ranked;
  const { unanswered, foreign } = judgeSignal(set, weights, relevance);
  const row = { ...before, ranked, lexical, unanswered, foreign };
  const figures = Object.entries(row).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toFixed(4)) : '-'}`,
  );
  console.log(`${set.name}: ${figures.join(', ')}`);
  return row;
}
