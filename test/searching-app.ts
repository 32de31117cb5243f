import { createAnswerQuestion } from '../src/chains/answer-question-chain.ts';
import { createSubmitDocuments } from '../src/ingest/submit-document.ts';
import type { Embedder } from '../src/models/embedder.ts';
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
  close: async () => {},
};

/** The server with the product's own search, answers and submission over the memory index; raw files are forgotten. */
export async function openSearchingApp(driver: SqlDriver): Promise<TestApp> {
  const { documents, indexRows } = createStores(driver);
  const index = createMemoryIndex({ rows: indexRows, embedder });
  const retrieve = createRetrieve({ index, embedder, documents, countTokens: (text) => text.length / 4 });
  const answerQuestion = createAnswerQuestion({
    ...{ retrieve, embedder, index, documents },
    chat: null,
    // What is found is said, so that a leak would show in the text too.
    refusalThreshold: 1,
    now: () => new Date(),
    log: { warn: () => {} },
  });
  const submit = createSubmitDocuments({
    documents,
    objects: { put: async (bytes) => ({ hash: sha256(new TextDecoder().decode(bytes)), size: bytes.byteLength }) },
    fetchUrl: () => Promise.reject(new Error('Nothing is fetched here.')),
    maxFileBytes: 1_000_000,
    onQueued: () => {},
  });
  return await openApp(driver, { retrieve, answerQuestion, submit });
}
