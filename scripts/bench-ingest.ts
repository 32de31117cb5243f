import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../src/cli/client.ts';
import { ingest } from '../src/cli/ingest.ts';
import { createOutput } from '../src/cli/output.ts';
import { createProgress } from '../src/cli/progress.ts';
import { type Config, loadConfig } from '../src/config.ts';
import { createRandom } from '../src/domain/random.ts';
import { openFootnote } from '../src/main.ts';
import { createEmbedder } from '../src/models/create-embedder.ts';

/**
 * `node scripts/bench-ingest.ts [FOLDER]`: seconds until a folder is searchable by words, speed of the embed queue as a share of the
 * embedder's own on the same texts, seconds of a second run over the unchanged folder, peak memory. Without a folder 400 files are made.
 */
const embeddedTexts = 1_024;
const batchSize = 128;
const madeFiles = 400;

const work = await mkdtemp(join(tmpdir(), 'footnote-bench-'));
try {
  const folder = process.argv[2] ?? (await makeFolder(join(work, 'files')));
  const config = loadConfig({ ...process.env, DATA_DIR: join(work, 'data'), LOG_LEVEL: 'warn' });
  const { texts, queueSeconds } = await measureIngest(config, folder);
  const ownSeconds = await measureEmbedder(config, texts);
  console.log(
    `embed queue: ${(texts.length / queueSeconds).toFixed(0)} passages/s, embedder alone ${(texts.length / ownSeconds).toFixed(0)}/s`,
  );
  console.log(`embed queue at ${((100 * ownSeconds) / queueSeconds).toFixed(0)} % of the embedder's own speed`);
  console.log(`peak memory of the process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
} finally {
  await rm(work, { recursive: true, force: true });
}

async function measureIngest(config: Config, folder: string): Promise<{ texts: string[]; queueSeconds: number }> {
  const footnote = await openFootnote(config);
  const { app } = footnote.application;
  const send = async (path: string, init: RequestInit) => await app.request(`http://localhost${path}`, init);
  const client = createClient(send, footnote.localKey, async () => {});
  const context = {
    client,
    output: createOutput(false),
    progress: createProgress(process.stderr),
    maxFileBytes: config.maxFileBytes,
    signal: new AbortController().signal,
  };
  const run = () =>
    ingest(context, [folder], { acl: [], tags: {}, metadata: {}, wait: 'lexical', dryRun: false, prune: false });
  try {
    console.log(`searchable by words: ${(await seconds(run)).toFixed(1)} s`);
    const { embeddings } = footnote.stores;
    const { id } = footnote.embedder;
    const waiting = await embeddings.unembedded(id, embeddedTexts);
    const [first] = waiting;
    if (!first) throw new Error('Nothing waits for a vector: the folder is too small.');
    const hashes = waiting.map(({ embeddingHash }) => embeddingHash);
    const queueSeconds = await seconds(async () => {
      while ((await embeddings.missing(id, first.tenantId, hashes)).length > 0)
        await new Promise((done) => setTimeout(done, 200));
    });
    const texts = waiting.map(({ text }) => text);
    console.log(`second run, nothing changed: ${(await seconds(run)).toFixed(1)} s`);
    return { texts, queueSeconds };
  } finally {
    await footnote.close();
  }
}

async function measureEmbedder(config: Config, texts: readonly string[]): Promise<number> {
  const embedder = await createEmbedder(config.embedding, { threads: config.cores });
  const { signal } = new AbortController();
  try {
    await embedder.embedDocuments(texts.slice(0, batchSize), signal);
    return await seconds(async () => {
      for (let start = 0; start < texts.length; start += batchSize)
        await embedder.embedDocuments(texts.slice(start, start + batchSize), signal);
    });
  } finally {
    await embedder.close();
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Files of shuffled paragraphs of the sample handbook. */
async function makeFolder(folder: string): Promise<string> {
  const handbook = join(import.meta.dirname, '../datasets/handbook/documents');
  const texts = await Promise.all(
    ['faq.md', 'troubleshooting/error-codes.md', 'desktop/configuration-reference.md'].map((name) =>
      readFile(join(handbook, name), 'utf8'),
    ),
  );
  const paragraphs = texts.flatMap((text) => text.split('\n\n')).filter((text) => !text.startsWith('---'));
  const { pick } = createRandom(1);
  await mkdir(folder, { recursive: true });
  for (let number = 0; number < madeFiles; number += 1) {
    const body = Array.from({ length: 40 }, () => pick(paragraphs)).join('\n\n');
    await writeFile(join(folder, `file-${number}.md`), `# File ${number}\n\n${body}\n`);
  }
  return folder;
}
