import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { auroc } from '../evals/metrics/auroc.ts';
import { condenseQuestion } from '../src/chains/condense-question.ts';
import { createEmbedUnits } from '../src/chains/evidence/embed-units.ts';
import { rankUnits } from '../src/chains/evidence/rank-units.ts';
import { createTermWeights } from '../src/chains/evidence/term-weights.ts';
import { loadPrompts } from '../src/chains/prompts/load-prompts.ts';
import { featuresOf, type RefusalFeatures, refusalFeatures } from '../src/chains/refuse/refusal-features.ts';
import { namesOfSide, type RefusalFit, type RefusalWeights } from '../src/chains/refuse/refusal-model.ts';
import { AppError } from '../src/domain/errors.ts';
import { newId } from '../src/domain/ids.ts';
import type { Principal } from '../src/domain/principal.ts';
import { prepareDocument } from '../src/ingest/prepare-document.ts';
import type { Embedder } from '../src/models/embedder.ts';
import { createMiniLmEmbedder } from '../src/models/minilm/minilm-embedder.ts';
import { createTokenCounter } from '../src/models/minilm/tokenizer.ts';
import { type LibraryDocument, openLibrary } from './fit-refusal/library.ts';
import { type Example, fitLogistic, predict } from './fit-refusal/logistic.ts';

/**
 * Fits the refusal model on the sample questions and writes src/chains/refuse/refusal-fit.json, with figures from five folds.
 * Usage: node scripts/fit-refusal.ts [--check]; with --check nothing is written.
 */
const root = resolve(import.meta.dirname, '..');
const output = resolve(root, 'src/chains/refuse/refusal-fit.json');
const folds = 5;
const penalty = 4;
/** Answerable questions that may be refused, at most. */
const targetOverRefusal = 0.08;
/** An answer to a question that has nothing to do with the documents is worse than one beside the point. */
const outOfScopeWeight = 2;
const signal = new AbortController().signal;

interface Question {
  readonly text: string;
  readonly category: string;
  readonly answerable: boolean;
  readonly history?: readonly { question: string; answer: string }[];
}

interface Judged {
  readonly question: Question;
  readonly features: RefusalFeatures;
}

const files = globSync(resolve(root, 'datasets/handbook/documents/**/*.*')).sort();
const questionsFile = resolve(root, 'datasets/handbook/queries.jsonl');
const questions = readFileSync(questionsFile, 'utf8')
  .trim()
  .split('\n')
  .map((line): Question => JSON.parse(line));
const embedder = createMiniLmEmbedder({ threads: 2 });
const countTokens = createTokenCounter();
const documents = await Promise.all(files.map(readDocument));
const library = await openLibrary(documents, { embedder, countTokens, signal });

const hybrid = fitSide('hybrid', await judgeAll(embedder));
const lexical = fitSide('lexical', await judgeAll(withoutVectors(embedder)));
const fit: RefusalFit = {
  fittedAt: new Date().toISOString().slice(0, 10),
  dataHash: `sha256:${hashOf([...files, questionsFile])}`,
  questions: questions.length,
  hybrid,
  lexical,
};
if (!process.argv.includes('--check')) writeFileSync(output, `${JSON.stringify(fit, null, 2)}\n`);
await embedder.close();

async function readDocument(file: string): Promise<LibraryDocument> {
  const request = { bytes: readFileSync(file), fileName: basename(file), mediaType: '', title: null, language: null };
  return await prepareDocument(request, countTokens);
}

function withoutVectors(base: Embedder): Embedder {
  const embedQuestions = async () => {
    throw new AppError('MODEL_UNAVAILABLE', 'Fitting without vectors.');
  };
  return { ...base, embedQuestions };
}

async function judgeAll(by: Embedder): Promise<Judged[]> {
  const prompt = loadPrompts().condenseQuestion;
  const retrieve = library.retrieveWith(by);
  const embedUnits = createEmbedUnits(by)(library.tenant);
  const judged: Judged[] = [];
  for (const question of questions) {
    const { text, history = [] } = question;
    const { standalone } = await condenseQuestion({ chat: null, prompt }, { question: text, history }, signal);
    const queries = standalone === text ? [text] : [standalone, text];
    const retrieval = await retrieve(
      { queries, principal: principal(), filter: null, limit: 8, tokenBudget: 2400 },
      signal,
    );
    const sample = retrieval.passages.map((passage) => passage.text).join('\n');
    const lookUp = library.index.inverseDocumentFrequencies;
    const weights = createTermWeights({ lookUp, tenant: library.tenant, sample });
    const { passages, questionVector } = retrieval;
    const ranked = await rankUnits({ question: standalone, questionVector, passages, weights }, embedUnits, signal);
    judged.push({ question, features: featuresOf({ question: standalone, retrieval, ranked, weights }) });
  }
  return judged;
}

function principal(): Principal {
  return {
    tenantId: library.tenant,
    credential: newId('key'),
    userId: null,
    role: 'admin',
    scopes: ['read'],
    grants: [],
  };
}

function fitSide(side: 'hybrid' | 'lexical', judged: readonly Judged[]): RefusalWeights {
  const names = namesOfSide(side);
  const signs = names.map((name) => refusalFeatures[name]);
  const examples = judged.map(
    ({ features, question }): Example => ({
      features: names.map((name) => features[name]),
      label: question.answerable ? 0 : 1,
      weight: question.category === 'out-of-scope' ? outOfScopeWeight : 1,
    }),
  );
  const fit = fitLogistic(examples, { penalty, signs });
  const answerable = examples.filter(({ label }) => label === 0).map(({ features }) => predict(fit, features));
  const threshold = quantile(answerable, 1 - targetOverRefusal);
  report(side, { judged, unseen: predictUnseen(examples, signs), threshold });
  const features = Object.fromEntries(
    names.flatMap((name, index) => (fit.columns[index] ? [[name, fit.columns[index]]] : [])),
  );
  return { intercept: fit.intercept, features, threshold };
}

/** Each example's probability by the fit of the folds that it is not in. */
function predictUnseen(examples: readonly Example[], signs: readonly (1 | -1)[]): number[] {
  const fits = Array.from({ length: folds }, (_, fold) =>
    fitLogistic(
      examples.filter((_example, index) => index % folds !== fold),
      { penalty, signs },
    ),
  );
  return examples.map(({ features }, index) => {
    const fit = fits[index % folds];
    return fit ? predict(fit, features) : 0;
  });
}

interface Unseen {
  readonly judged: readonly Judged[];
  readonly unseen: readonly number[];
  readonly threshold: number;
}

function report(side: string, { judged, unseen, threshold }: Unseen): void {
  const cases = judged.map(({ question }, index) => ({ score: unseen[index] ?? 0, positive: !question.answerable }));
  console.log(`${side}: AUROC in ${folds} folds ${auroc(cases)?.toFixed(3)}, threshold ${threshold.toFixed(3)}`);
  const byCategory = Map.groupBy(judged.keys(), (index) => judged[index]?.question.category ?? '');
  for (const [category, indices] of byCategory) {
    const refused = [...indices].filter((index) => (unseen[index] ?? 0) > threshold).length;
    console.log(`  ${category}: ${refused} of ${indices.length} refused`);
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0.5;
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest('hex');
}
