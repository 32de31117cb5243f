import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PlacedCase } from '../case.ts';
import { readCorpus } from '../readers/beir.ts';
import { type CaseOptions, chooseFormat, readCases } from '../readers/detect.ts';
import type { CaseFormat } from '../readers/formats.ts';
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
  /** Records of the corpus; null where it is the files of `documents` alone, or where there is none. */
  readonly corpus: (() => AsyncGenerator<CorpusRecord>) | null;
  /** Folder whose files are the corpus, or the documents that its records were cut from; null where there is none. */
  readonly documents: string | null;
  /** `sha256:` and the hash over all cases in canonical form, in their order, and over the bytes of the corpus with the names of its files. */
  readonly hash: string;
  /** The same over the corpus alone; null where there is none. */
  readonly corpusHash: string | null;
}

export interface DatasetOptions extends Pick<CaseOptions, 'format' | 'map'> {
  /** Folder with `corpus.jsonl` or `documents/`, or either of them; looked for beside the cases where it is left out. */
  readonly corpus?: string | undefined;
  /** Told how many cases are read. */
  readonly onProgress?: (cases: number) => void;
}

/**
 * Opens a file or a folder of cases in any format that `readCases` knows. All of it is read once, so that what is wrong shows before anything is
 * asked. Throws INVALID_REQUEST naming file, line and field, also for a dataset without cases.
 */
export async function openDataset(path: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { format, because } = await chooseFormat(path, options);
  const read = async () => (await readCases(path, { ...options, format })).cases;
  const hash = createHash('sha256');
  let count = 0;
  for await (const placed of await read()) {
    count += 1;
    options.onProgress?.(count);
    hash.update(`${canonicalJson(placed.case)}\n`);
  }
  if (count === 0) raise({ file: path, line: null, field: 'cases', expected: 'at least one', received: 'none' });
  const places = await findCorpus(path, format, options.corpus);
  const corpus = createHash('sha256');
  for (const place of places) await hashCorpus(corpus, place);
  const corpusHash = places.length === 0 ? null : `sha256:${corpus.digest('hex')}`;
  hash.update(corpusHash ?? '');
  const records = places.find(({ kind }) => kind !== 'documents');
  return {
    path,
    format,
    because,
    count,
    cases: async function* () {
      yield* await read();
    },
    corpus: records ? () => readRecordsOf(records) : null,
    documents: places.find(({ kind }) => kind === 'documents')?.path ?? null,
    hash: `sha256:${hash.digest('hex')}`,
    corpusHash,
  };
}

/** Where a corpus lies: a file of records, a folder of files, or the paragraphs within the file of the cases. */
export interface CorpusPlace {
  readonly kind: 'records' | 'documents' | 'squad';
  readonly path: string;
}

/**
 * The corpus that is named, else what lies beside the cases: records, documents, or both, where the records were cut from the documents. Throws
 * INVALID_REQUEST where the named one is not there.
 */
export async function findCorpus(
  path: string,
  format: CaseFormat,
  given: string | undefined,
): Promise<readonly CorpusPlace[]> {
  if (given === undefined && format === 'squad') return [{ kind: 'squad', path }];
  const place = given ?? ((await stat(path)).isDirectory() ? path : dirname(path));
  if (!existsSync(place))
    raise({ file: place, line: null, field: 'corpus', expected: 'a file or a folder', received: 'none' });
  if (!(await stat(place)).isDirectory()) return [{ kind: 'records', path: place }];
  const both: readonly CorpusPlace[] = [
    { kind: 'records', path: join(place, 'corpus.jsonl') },
    { kind: 'documents', path: join(place, 'documents') },
  ];
  const found = both.filter((one) => existsSync(one.path));
  return found.length === 0 && given !== undefined ? [{ kind: 'documents', path: given }] : found;
}

/** The records of a corpus that does not consist of files. */
export function readRecordsOf({ kind, path }: CorpusPlace): AsyncGenerator<CorpusRecord> {
  return kind === 'squad' ? readSquadCorpus(path) : readCorpus(path);
}

async function hashCorpus(hash: Hash, { kind, path }: CorpusPlace): Promise<void> {
  const isFolder = kind === 'documents';
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
}
