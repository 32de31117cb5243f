import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { AnswerCase } from '../../evals/answers.ts';
import { readQuestionFolder } from '../../evals/readers/beir.ts';
import { prepareDocument, wholePassageType } from '../../src/ingest/prepare-document.ts';
import type { CountTokens } from '../../src/models/embedder.ts';
import { evenly } from '../fit-ranker/read-set.ts';
import type { LibraryDocument } from './library.ts';

/** Documents with questions of which some have no answer in them. */
export interface QuestionSet {
  readonly name: string;
  /** SHA-256 of all files that were read. */
  readonly hash: string;
  readonly documents: readonly LibraryDocument[];
  readonly questions: readonly AnswerCase[];
}

/** The folders below `root` whose questions say that some have no answer; at most `most` answerable and `most` other questions of each. */
export async function readQuestionSets(
  root: string,
  { most, countTokens }: { readonly most: number; readonly countTokens: CountTokens },
): Promise<QuestionSet[]> {
  const sets: QuestionSet[] = [];
  for (const name of readdirSync(root).sort()) {
    const folder = join(root, name);
    const file = join(folder, 'queries.jsonl');
    if (!existsSync(file) || !/"answerable": ?false/.test(readFileSync(file, 'utf8'))) continue;
    sets.push(await readQuestionSet(folder, { most, countTokens }));
  }
  return sets;
}

/** The questions of a folder with its files or its records, one a passage. */
export async function readQuestionSet(
  folder: string,
  { most, countTokens }: { readonly most: number; readonly countTokens: CountTokens },
): Promise<QuestionSet> {
  const { corpus, documents: files, queries } = await readQuestionFolder(folder);
  const paths = corpus ? [join(folder, 'corpus.jsonl')] : globSync(join(files, '**/*.*')).sort();
  const documents: LibraryDocument[] = [];
  if (corpus)
    for await (const { id, title, text } of corpus()) {
      const file = { bytes: Buffer.from(text), fileName: `${id}.txt`, mediaType: wholePassageType };
      documents.push(await prepareDocument({ ...file, title: title || null, language: null }, countTokens));
    }
  else
    for (const path of paths) {
      const file = { bytes: readFileSync(path), fileName: basename(path), mediaType: '', title: null, language: null };
      documents.push(await prepareDocument(file, countTokens));
    }
  const hash = createHash('sha256');
  for (const path of [...paths, join(folder, 'queries.jsonl')]) hash.update(readFileSync(path));
  const ofKind = (wanted: boolean) =>
    evenly(
      queries.filter(({ answerable }) => (answerable ?? true) === wanted),
      most,
    );
  return {
    name: basename(folder),
    hash: `sha256:${hash.digest('hex')}`,
    documents,
    questions: [...ofKind(true), ...ofKind(false)],
  };
}
