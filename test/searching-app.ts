import { createAnswerQuestion } from '../src/chains/answer-question-chain.ts';
import { prepareDocument } from '../src/ingest/prepare-document.ts';
import { createPrepareVersions } from '../src/ingest/prepare-versions.ts';
import { createSubmitDocuments } from '../src/ingest/submit-document.ts';
import type { ChatModel } from '../src/models/chat-model.ts';
import type { Embedder } from '../src/models/embedder.ts';
import { createReviewedStage } from '../src/retrieve/prefer-reviewed.ts';
import { createRetrieve } from '../src/retrieve/retrieve-passages.ts';
import { createStores } from '../src/store/postgres/stores.ts';
import type { SqlDriver } from '../src/store/sql.ts';
import { createMemoryIndex } from '../src/store/vectors/memory/memory-index.ts';
import { openApp, type TestApp } from './open-app.ts';
import { sha256 } from './sample-documents.ts';

const dimensions = 2;
/** Finds nothing by meaning, so that the words of the questions decide. */
const embedder: Embedder = {
  id: 'test',
  dimensions,
  maxTokens: 256,
  languages: null,
  embedQuestions: async (texts) => texts.map(() => Float32Array.of(1, 0)),
  embedDocuments: async (texts) => texts.map(() => Float32Array.of(0, 1)),
  embedSentences: async (texts) => texts.map(() => Float32Array.of(0, 1)),
  close: async () => {},
};

export interface SearchingApp extends TestApp {
  /** Reads and publishes what was sent to the application, as a worker does. */
  readQueued(): Promise<void>;
}

/** The server with the product's own search, answers and submission over the memory index; raw files are kept in memory. */
export async function openSearchingApp(driver: SqlDriver, chat: ChatModel | null = null): Promise<SearchingApp> {
  const { documents, indexRows } = createStores(driver);
  const index = createMemoryIndex({ rows: indexRows, embedder });
  const countTokens = (text: string) => text.length / 4;
  const retrieve = createRetrieve({ index, embedder, documents, countTokens, stages: [createReviewedStage()] });
  const answerQuestion = createAnswerQuestion({
    ...{ retrieve, embedder, index, documents, chat },
    // What is found is said, so that a leak would show in the text too.
    refusalThreshold: 1,
    now: () => new Date(),
    log: { warn: () => {} },
  });
  const files = new Map<string, Uint8Array>();
  const submit = createSubmitDocuments({
    documents,
    objects: {
      put: async (bytes) => {
        const hash = sha256(new TextDecoder().decode(bytes));
        files.set(hash, bytes);
        return { hash, size: bytes.byteLength };
      },
      has: async (hash) => files.has(hash),
    },
    fetchUrl: () => Promise.reject(new Error('Nothing is fetched here.')),
    maxFileBytes: 1_000_000,
    onQueued: () => {},
  });
  const { prepareVersions } = createPrepareVersions({
    documents,
    objects: { get: async (hash) => files.get(hash) ?? new Uint8Array() },
    reader: { read: ({ bytes, ...file }) => prepareDocument({ ...file, bytes: new Uint8Array(bytes) }, countTokens) },
    beforePublish: async () => {},
    log: { warn: () => {} },
    leaseSeconds: 60,
    stopping: new AbortController().signal,
  });
  return {
    ...(await openApp(driver, { retrieve, answerQuestion, submit })),
    readQueued: async () => await documents.publish(await prepareVersions(await documents.claim(99, 60), () => {})),
  };
}
