import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PlacedCase } from '../case.ts';
import { readCorpus } from '../readers/beir.ts';
import { type CaseFormat, type CaseOptions, detectFormat, readCases } from '../readers/detect.ts';
import { raise } from '../readers/problem.ts';
import { readSquadCorpus } from '../readers/squad.ts';
import type { CorpusRecord } from '../target.ts';
import { canonicalJson } from './canonical-json.ts';

/** Cases with the corpus that they ask of. */
export interface Dataset {
  readonly path: string;
  readonly format: CaseFormat;
  /** What spoke for the format, for people. */
  readonly because: string;
  /** How many cases there are, from 1. */
  readonly count: number;
  /** Reads the cases again from the file at each call, one at a time and in its order. */
  cases(): AsyncGenerator<PlacedCase>;
  /** Null where the corpus is the files of `documents`, or where there is none. */
  readonly corpus: (() => AsyncGenerator<CorpusRecord>) | null;
  /** Folder whose files are the corpus; null where `corpus` is it, or where there is none. */
  readonly documents: string | null;
  /** `sha256:` and the hash over all cases in canonical form, in their order, and over the bytes of the corpus with the names of its files. */
  readonly hash: string;
  /** The same over the corpus alone; null where there is none. */
  readonly corpusHash: string | null;
}

export interface DatasetOptions extends Pick<CaseOptions, 'format' | 'map'> {
  /** Folder with `corpus.jsonl` or `documents/`, or either of them; looked for beside the cases where it is left out. */
  readonly corpus?: string | undefined;
}

/**
 * Opens a file or a folder of cases in any format that `readCases` knows. All of it is read once, so that what is wrong shows before anything is
 * asked. Throws INVALID_REQUEST naming file, line and field, also for a dataset without cases.
 */
export async function openDataset(path: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { format, because } = options.format
    ? { format: options.format, because: 'you named it' }
    : await detectFormat(path);
  const read = async () => (await readCases(path, { ...options, format })).cases;
  const hash = createHash('sha256');
  let count = 0;
  for await (const placed of await read()) {
    count += 1;
    hash.update(`${canonicalJson(placed.case)}\n`);
  }
  if (count === 0) raise({ file: path, line: null, field: 'cases', expected: 'at least one', received: 'none' });
  const found = await findCorpus(path, format, options.corpus);
  const place = found.file ?? found.documents;
  const corpusHash = place === null ? null : await hashCorpus(place);
  hash.update(corpusHash ?? '');
  return {
    path,
    format,
    because,
    count,
    cases: async function* () {
      yield* await read();
    },
    corpus: corpusOf(found),
    documents: found.documents,
    hash: `sha256:${hash.digest('hex')}`,
    corpusHash,
  };
}

interface Corpus {
  readonly file: string | null;
  readonly documents: string | null;
  /** The file of the cases holds the corpus too. */
  readonly isCases: boolean;
}

function corpusOf({ file, isCases }: Corpus): Dataset['corpus'] {
  if (file === null) return null;
  return () => (isCases ? readSquadCorpus(file) : readCorpus(file));
}

async function findCorpus(path: string, format: CaseFormat, given: string | undefined): Promise<Corpus> {
  if (given === undefined && format === 'squad') return { file: path, documents: null, isCases: true };
  const isFolder = (await stat(path)).isDirectory();
  const place = given ?? (isFolder ? path : dirname(path));
  const none = { file: null, documents: null, isCases: false };
  if (given?.endsWith('.jsonl') || given?.endsWith('.jsonl.gz')) return { ...none, file: given };
  if (existsSync(join(place, 'corpus.jsonl'))) return { ...none, file: join(place, 'corpus.jsonl') };
  if (existsSync(join(place, 'documents'))) return { ...none, documents: join(place, 'documents') };
  if (given === undefined) return none;
  if (!existsSync(given))
    raise({ file: given, line: null, field: 'corpus', expected: 'a file or a folder', received: 'none' });
  return { ...none, documents: given };
}

async function hashCorpus(path: string): Promise<string> {
  const hash = createHash('sha256');
  const isFolder = (await stat(path)).isDirectory();
  const names = isFolder
    ? (await readdir(path, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    : [path];
  for (const name of names) {
    hash.update(`\n${name.slice(path.length)}\n`);
    for await (const chunk of createReadStream(name)) hash.update(chunk);
  }
  return `sha256:${hash.digest('hex')}`;
}
