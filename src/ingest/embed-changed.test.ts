import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DocumentBench, openDocumentBench } from '../../test/document-bench.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import { sampleDocument } from '../../test/sample-documents.ts';
import { passageId } from '../domain/ids.ts';
import { createRandom } from '../domain/random.ts';
import { createTokenCounter } from '../models/minilm/tokenizer.ts';
import type { EmbeddingStore } from '../store/documents.ts';
import { createEmbeddingStore } from '../store/postgres/documents/embedding-store.ts';
import type { SqlDriver } from '../store/sql.ts';
import { prepareDocument } from './prepare-document.ts';

const countTokens = createTokenCounter();
const words = 'the of to and in a release server error setting invoice folder network member project payment'.split(
  ' ',
);
const { pick } = createRandom(7);
const sentence = () => `${Array.from({ length: 14 }, () => pick(words)).join(' ')}.`;
const paragraph = () => Array.from({ length: 5 }, sentence).join(' ');
/** A handbook page: sections of one to four paragraphs. */
const makeFile = (name: number): string[] => [
  `# Page ${name}`,
  ...Array.from({ length: 10 }, (_, section) => [
    `## Section ${section} ${pick(words)}`,
    ...Array.from({ length: pick([1, 2, 4]) ?? 1 }, paragraph),
  ]).flat(),
];

let driver: SqlDriver;
let bench: DocumentBench;
let embeddings: EmbeddingStore;

beforeAll(async () => {
  driver = await openTestDatabase();
  bench = await openDocumentBench(driver, () => new Date());
  embeddings = createEmbeddingStore(driver);
});
afterAll(async () => await driver.close());

/** Ingests the files; resolves to how many texts were embedded for it. */
async function ingest(files: readonly (readonly string[])[]): Promise<number> {
  for (const [index, file] of files.entries()) {
    const text = file.join('\n\n');
    const { outcome } = await bench.register(sampleDocument(`page-${index}.md`, text));
    if (outcome === 'unchanged') continue;
    const queued = await bench.claimOne();
    const source = { fileName: `page-${index}.md`, mediaType: 'text/markdown', title: null, language: 'en' };
    const read = await prepareDocument({ ...source, bytes: new Uint8Array(Buffer.from(text)) }, countTokens);
    const { tenantId, documentId, version } = queued;
    const passages = read.passages.map((passage) => ({
      ...passage,
      id: passageId(tenantId, documentId, version, passage.ordinal),
    }));
    await bench.store.publish([{ ...read, ...queued, passages }]);
  }
  const waiting = await embeddings.unembedded('test', 100_000);
  await embeddings.save(
    'test',
    1,
    waiting.map((text) => ({ ...text, vector: Float32Array.of(1) })),
  );
  return waiting.length;
}

it('embeds at most 2 % again when 1 % of the text has changed, and nothing for a copy', async () => {
  const files = Array.from({ length: 40 }, (_, index) => makeFile(index));
  const first = await ingest(files);
  expect(first).toBeGreaterThan(500);
  expect(await ingest(files)).toBe(0);
  expect(await ingest([...files, [...(files[0] ?? [])]])).toBe(0);

  const size = (all: readonly (readonly string[])[]) => all.flat().reduce((sum, { length }) => sum + length, 0);
  let changed = 0;
  const edited = files.map((file, index) => {
    if (changed > 0.0095 * size(files)) return file;
    // The second paragraph of a page is written anew, one page gets a further one: every later passage has another place.
    const place = file.findIndex((line) => !line.startsWith('#'));
    const rewritten = paragraph();
    changed += rewritten.length;
    return file.toSpliced(place, index === 0 ? 0 : 1, rewritten);
  });
  expect(changed / size(files)).toBeGreaterThan(0.0095);
  const again = await ingest(edited);
  expect(again).toBeGreaterThan(0);
  expect(again / first).toBeLessThanOrEqual(0.02);
});
