import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readQuestionFolder } from '../../evals/readers/beir.ts';
import { newId } from '../../src/domain/ids.ts';
import type { Principal } from '../../src/domain/principal.ts';
import { prepareDocument, wholePassageType } from '../../src/ingest/prepare-document.ts';
import type { CountTokens, Embedder } from '../../src/models/embedder.ts';
import type { Grades } from '../../src/retrieve/metrics/ranking.ts';
import type { Features } from '../../src/retrieve/rank/passage-features.ts';
import { rankedPassages, readHead, writtenLanguage } from '../../src/retrieve/rank/rank-passages.ts';
import type { RankStage } from '../../src/retrieve/rank-stage.ts';
import type { ScoredPassage } from '../../src/retrieve/retrieve.ts';
import { openLibrary } from '../fit-refusal/library.ts';

/** A question with the features of its best passages, in fused order, and the records in the orders to compare with. */
export interface AskedQuestion {
  /** `foreign`: of another set; its answer is not in this corpus. */
  readonly kind: 'answered' | 'unanswered' | 'foreign';
  readonly grades: Grades;
  readonly records: readonly string[];
  readonly features: readonly Features[];
  readonly within: readonly Features[];
  readonly fused: readonly string[];
  readonly bm25: readonly string[];
}

export interface RankedSet {
  readonly name: string;
  /** SHA-256 of corpus, questions and judgements. */
  readonly hash: string;
  readonly language: string;
  readonly questions: readonly AskedQuestion[];
}

export interface ReadOptions {
  readonly embedder: Embedder;
  readonly countTokens: CountTokens;
  readonly signal: AbortSignal;
  /** Questions of each kind, evenly taken from the file. */
  readonly most: number;
}

/** Candidates that are read, so that the order by words alone can be told. */
const readLimit = 100;

/** Asks the questions of a BEIR folder, and those of others that do not belong to it, of its corpus; features come from the product's own code. */
export async function readSet(folder: string, strangers: readonly string[], options: ReadOptions): Promise<RankedSet> {
  const { corpus, queries, judgements } = await readQuestionFolder(folder);
  if (!corpus) throw new Error(`${folder} has no corpus.jsonl.`);
  const records: string[] = [];
  const documents = [];
  for await (const { id, title, text } of corpus()) {
    records.push(id);
    const file = { bytes: Buffer.from(text), fileName: `${id}.txt`, title: title || null, language: null };
    documents.push(await prepareDocument({ ...file, mediaType: wholePassageType }, options.countTokens));
  }
  const library = await openLibrary(documents, options);
  const recordOf = new Map(library.ids.map((id, index) => [id, records[index] ?? '']));
  const asker = createAsker(library, { ...options, recordOf });
  const answered = queries.filter(({ id, answerable }) => answerable !== false && judgements.has(id));
  const unanswered = queries.filter(({ answerable }) => answerable === false);
  const questions: AskedQuestion[] = [];
  for (const { id, text } of evenly(answered, options.most))
    questions.push(await asker.ask(text, 'answered', judgements.get(id) ?? new Map()));
  for (const { text } of evenly(unanswered, options.most))
    questions.push(await asker.ask(text, 'unanswered', new Map()));
  for (const text of strangers) questions.push(await asker.ask(text, 'foreign', new Map()));
  return { name: basename(folder), hash: hashOf(folder), language: asker.language(), questions };
}

function createAsker(
  { tenant, index, retrieveWith }: Awaited<ReturnType<typeof openLibrary>>,
  { embedder, signal, recordOf }: ReadOptions & { readonly recordOf: ReadonlyMap<string, string> },
) {
  let asked: Omit<AskedQuestion, 'kind' | 'grades'> | null = null;
  const languages = new Map<string, number>();
  const recordsOf = (passages: readonly ScoredPassage[]) =>
    passages.map(({ documentId }) => recordOf.get(documentId) ?? '');
  const probe: RankStage = {
    name: 'probe',
    async run(passages, context) {
      const head = await readHead(passages, context, { index, embedder });
      for (const { candidate } of head) {
        const language = writtenLanguage(candidate);
        languages.set(language, (languages.get(language) ?? 0) + 1);
      }
      const byWords = passages.toSorted((one, other) => (other.sparse ?? 0) - (one.sparse ?? 0));
      asked = {
        records: recordsOf(head.map(({ passage }) => passage)),
        features: head.map(({ read: { features } }) => features),
        within: head.map(({ within }) => within),
        fused: recordsOf(passages.slice(0, rankedPassages + 10)),
        bm25: recordsOf(byWords.slice(0, 10)),
      };
      return { passages };
    },
  };
  const retrieve = retrieveWith(embedder, [probe]);
  const principal: Principal = {
    tenantId: tenant,
    credential: newId('key'),
    userId: null,
    role: 'admin',
    scopes: ['read'],
    grants: [],
  };
  return {
    async ask(text: string, kind: AskedQuestion['kind'], grades: Grades): Promise<AskedQuestion> {
      await retrieve({ queries: [text], principal, filter: null, limit: readLimit, tokenBudget: null }, signal);
      if (!asked) throw new Error('The probe was not run.');
      return { kind, grades, ...asked };
    },
    language: () => [...languages].sort((one, other) => other[1] - one[1])[0]?.[0] ?? 'en',
  };
}

/** At most `most`, at even distances. */
export function evenly<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]).flatMap(
    (item) => item ?? [],
  );
}

/** SHA-256 of what the fit reads of a set. */
export function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of ['corpus.jsonl', 'queries.jsonl', 'qrels.tsv']) {
    const file = join(folder, name);
    if (existsSync(file)) hash.update(readFileSync(file));
  }
  return `sha256:${hash.digest('hex')}`;
}
