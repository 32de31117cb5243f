import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config.ts';
import { measureEmbedding } from './bench/ingest-embedding.ts';
import { measurePdfs, measureServer, measureWorkers } from './bench/ingest-server.ts';
import { makeMarkdownFolder, makePdfFolder } from './bench/make-folders.ts';

/**
 * `node scripts/bench-ingest.ts [FOLDER [FILES [EMBEDDED]]]`: passages a second by words, memory and questions meanwhile, an unchanged run;
 * the same of 100 PDFs of 20 pages; with TEST_DATABASE_URL a server and two workers on Postgres; and with EMBEDDED of the files, the
 * built-in embedder beside a bare loop and LangChain's parts. Of a folder every n-th Markdown file is taken; others and PDFs are made.
 */
/** Embedding four times over takes minutes: long files are left out there. */
const mostEmbeddedBytes = 16_384;
const [source, files = '400', embedded = '8'] = process.argv.slice(2);
const work = await mkdtemp(join(tmpdir(), 'footnote-bench-'));
try {
  const folder = join(work, 'files');
  const few = join(work, 'few');
  const pdfs = join(work, 'pdfs');
  if (source) await copySample(source, folder, Number(files));
  else await makeMarkdownFolder(folder, Number(files));
  await copySample(folder, few, Number(embedded), mostEmbeddedBytes);
  await measureServer(folder, join(work, 'server'));
  await makePdfFolder(pdfs, 100, 20);
  await measurePdfs(pdfs, join(work, 'server-pdfs'));
  const databaseServer = process.env.TEST_DATABASE_URL;
  if (databaseServer) await measureWorkers(folder, join(work, 'workers'), databaseServer);
  else console.warn('NOT RUN: workers on Postgres. Set TEST_DATABASE_URL=postgres://… to include them.');
  const { PATH } = process.env;
  await measureEmbedding(loadConfig({ PATH, DATA_DIR: join(work, 'data'), LOG_LEVEL: 'warn' }), few);
} finally {
  await rm(work, { recursive: true, force: true, maxRetries: 5 });
}

/** So many of the folder's Markdown files, from all of it. */
async function copySample(
  from: string,
  to: string,
  count: number,
  mostBytes = Number.POSITIVE_INFINITY,
): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.md'));
  const paths: string[] = [];
  for (const path of found.map(({ parentPath, name }) => join(parentPath, name)).sort())
    if ((await stat(path)).size <= mostBytes) paths.push(path);
  const step = Math.max(1, Math.floor(paths.length / count));
  await mkdir(to, { recursive: true });
  for (const [index, path] of paths
    .filter((_, place) => place % step === 0)
    .slice(0, count)
    .entries())
    await cp(path, join(to, `${index}.md`));
}
