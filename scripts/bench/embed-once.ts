import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMiniLmEmbedder } from '../../src/models/minilm/minilm-embedder.ts';
import { dimensions } from './corpus.ts';

const never = new AbortController().signal;

/** Vectors are kept in the folder for temporary files, by the texts: a second run embeds nothing. */
export async function embedOnce(texts: readonly string[], questions: readonly string[]) {
  const all = [...texts, ...questions];
  const hash = createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
  const file = join(tmpdir(), `footnote-bench-${hash}.f32`);
  if (!existsSync(file)) {
    const embedder = createMiniLmEmbedder({ threads: 2 });
    const made: Float32Array[] = [];
    for (let start = 0; start < all.length; start += 64)
      made.push(...(await embedder.embedDocuments(all.slice(start, start + 64), never)));
    await embedder.close();
    writeFileSync(
      file,
      Buffer.concat(made.map((vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength))),
    );
  }
  const bytes = readFileSync(file);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const vectors = all.map((_, position) => values.slice(position * dimensions, (position + 1) * dimensions));
  return { texts: vectors.slice(0, texts.length), questions: vectors.slice(texts.length) };
}
