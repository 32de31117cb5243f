import { fileURLToPath } from 'node:url';
import { DirectoryLoader } from '@langchain/classic/document_loaders/fs/directory';
import { TextLoader } from '@langchain/classic/document_loaders/fs/text';
import { RecursiveCharacterTextSplitter } from '@langchain/classic/text_splitter';
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory';
import { Embeddings } from '@langchain/core/embeddings';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createClient } from '../../src/cli/client.ts';
import { ingest } from '../../src/cli/ingest.ts';
import { createOutput } from '../../src/cli/output.ts';
import { createProgress } from '../../src/cli/progress.ts';
import type { Config } from '../../src/config.ts';
import { openFootnote } from '../../src/main.ts';
import { createMiniLmEmbedder } from '../../src/models/minilm/minilm-embedder.ts';
import { createTokenEncoder, modelFolder } from '../../src/models/minilm/tokenizer.ts';

const { signal } = new AbortController();

interface Took {
  readonly seconds: number;
  /** Of all threads; on a machine that others use too it says more than the clock. */
  readonly processorSeconds: number;
}

/** The embed queue beside a bare onnxruntime loop over the same texts, and the same files through LangChain's parts with the same embedder. */
export async function measureEmbedding(config: Config, folder: string): Promise<void> {
  const { texts, queue, whole } = await measureQueue(config, folder);
  const loops = [await measureBare(texts, 1), await measureBare(texts, config.cores)];
  const bare: Took = {
    seconds: Math.min(...loops.map(({ seconds }) => seconds)),
    processorSeconds: Math.min(...loops.map(({ processorSeconds }) => processorSeconds)),
  };
  const rate = ({ seconds }: Took) => (texts.length / seconds).toFixed(0);
  console.log(
    `built-in embedder: embed queue ${rate(queue)} passages/s, bare onnxruntime with one thread or one a core, whichever is better, ${rate(bare)}/s (${texts.length} texts)`,
  );
  console.log(
    `  embed queue at ${share(bare.seconds, queue.seconds)} of the bare loop by the clock, ${share(bare.processorSeconds, queue.processorSeconds)} by processor time`,
  );
  const { took, chunks } = await measureLangChain(folder, config.cores);
  console.log(
    `the same files by LangChain's DirectoryLoader, RecursiveCharacterTextSplitter and MemoryVectorStore: ${chunks} chunks in ${took.seconds.toFixed(1)} s, ${took.processorSeconds.toFixed(1)} s of processor; here ${texts.length} passages in ${whole.seconds.toFixed(1)} s, ${whole.processorSeconds.toFixed(1)} s (read, stored, indexed by words, embedded): ${(took.seconds / whole.seconds).toFixed(2)} times as fast`,
  );
}

async function measureQueue(config: Config, folder: string): Promise<{ texts: string[]; queue: Took; whole: Took }> {
  const footnote = await openFootnote(config);
  const { app } = footnote.application;
  const { embeddings } = footnote.stores;
  const { id } = footnote.embedder;
  const client = createClient(
    async (path, init) => await app.request(`http://localhost${path}`, init),
    footnote.localKey,
    async () => {},
  );
  const context = {
    ...{ client, output: createOutput(true, { write: () => {} }), progress: createProgress(process.stderr), signal },
    maxFileBytes: config.maxFileBytes,
  };
  const options = { acl: [], tags: {}, metadata: {}, dryRun: false, prune: false };
  let texts: string[] = [];
  let queue: Took = { seconds: 0, processorSeconds: 0 };
  try {
    // The model is loaded before.
    await footnote.embedder.embedDocuments(['ready', 'ready'], signal);
    const whole = await measure(async () => {
      await ingest(context, [folder], { ...options, wait: 'lexical' });
      const waiting = await embeddings.unembedded(id, 100_000);
      texts = waiting.map(({ text }) => text);
      const tenant = waiting[0]?.tenantId;
      if (!tenant) throw new Error('Nothing waits for a vector: the folder is too small.');
      queue = await measure(async () => {
        while ((await embeddings.waiting(id, tenant)) > 0) await new Promise((done) => setTimeout(done, 100));
      });
    });
    return { texts, queue, whole };
  } finally {
    await footnote.close();
  }
}

/** What the model itself takes: one session of so many threads, one text after the other, nothing around it but the tokenizer. */
async function measureBare(texts: readonly string[], threads: number): Promise<Took> {
  const encoder = createTokenEncoder(256);
  const model = fileURLToPath(new URL('model.onnx', modelFolder));
  const session = await InferenceSession.create(model, { intraOpNumThreads: threads });
  const embed = async (text: string) => {
    const ids = BigInt64Array.from(encoder.encode(text), BigInt);
    const shape = [1, ids.length];
    const mask = new BigInt64Array(ids.length).fill(1n);
    await session.run({ input_ids: new Tensor('int64', ids, shape), attention_mask: new Tensor('int64', mask, shape) });
  };
  await embed('ready');
  return await measure(async () => {
    for (const text of texts) await embed(text);
  });
}

async function measureLangChain(folder: string, threads: number): Promise<{ took: Took; chunks: number }> {
  const embedder = createMiniLmEmbedder({ threads });
  class SameEmbedder extends Embeddings {
    async embedDocuments(texts: string[]): Promise<number[][]> {
      return (await embedder.embedDocuments(texts, signal)).map((vector) => [...vector]);
    }
    async embedQuery(text: string): Promise<number[]> {
      return (await this.embedDocuments([text]))[0] ?? [];
    }
  }
  try {
    await embedder.embedDocuments(['ready', 'ready'], signal);
    let chunks = 0;
    const took = await measure(async () => {
      const files = await new DirectoryLoader(folder, { '.md': (path) => new TextLoader(path) }).load();
      const splitter = new RecursiveCharacterTextSplitter({ chunkSize: 1_000, chunkOverlap: 200 });
      const documents = await splitter.splitDocuments(files);
      chunks = documents.length;
      await new MemoryVectorStore(new SameEmbedder({})).addDocuments(documents);
    });
    return { took, chunks };
  } finally {
    await embedder.close();
  }
}

async function measure(work: () => Promise<unknown>): Promise<Took> {
  const processor = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(processor);
  return { seconds: (performance.now() - started) / 1000, processorSeconds: (user + system) / 1_000_000 };
}

const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(0)} %`;
