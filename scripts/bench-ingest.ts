import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config.ts';
import { createRandom } from '../src/domain/random.ts';
import { measureEmbedding } from './bench/ingest-embedding.ts';
import { measureServer, measureWorkers } from './bench/ingest-server.ts';

/**
 * `node scripts/bench-ingest.ts [FOLDER [FILES [EMBEDDED]]]`: passages a second by words, memory and questions meanwhile, an unchanged run;
 * with TEST_DATABASE_URL a server and two workers on Postgres; and with EMBEDDED of the files, the built-in embedder beside a bare loop and
 * beside LangChain's parts. Of a folder every n-th Markdown file is taken; without one files are made.
 */
/** Embedding four times over takes minutes: long files are left out there. */
const mostEmbeddedBytes = 16_384;
const [source, files = '400', embedded = '8'] = process.argv.slice(2);
const work = await mkdtemp(join(tmpdir(), 'footnote-bench-'));
try {
  const folder = join(work, 'files');
  const few = join(work, 'few');
  if (source) await copySample(source, folder, Number(files));
  else await makeFolder(folder, Number(files));
  await copySample(folder, few, Number(embedded), mostEmbeddedBytes);
  await measureServer(folder, join(work, 'server'));
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

/** Files of shuffled paragraphs of the sample handbook. */
async function makeFolder(folder: string, count: number): Promise<void> {
  const handbook = join(import.meta.dirname, '../datasets/handbook/documents');
  const texts = await Promise.all(
    ['faq.md', 'troubleshooting/error-codes.md', 'desktop/configuration-reference.md'].map((name) =>
      readFile(join(handbook, name), 'utf8'),
    ),
  );
  const paragraphs = texts.flatMap((text) => text.split('\n\n')).filter((text) => !text.startsWith('---'));
  const { pick } = createRandom(1);
  await mkdir(folder, { recursive: true });
  for (let number = 0; number < count; number += 1) {
    const body = Array.from({ length: 40 }, () => pick(paragraphs)).join('\n\n');
    await writeFile(join(folder, `file-${number}.md`), `# File ${number}\n\n${body}\n`);
  }
}
