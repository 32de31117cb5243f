import { newId, type PassageId } from '../../src/domain/ids.ts';
import { createRandom } from '../../src/domain/random.ts';
import { encodeDocument, encodeQuestion } from '../../src/models/sparse/encode.ts';
import type { SparseVector } from '../../src/store/documents.ts';
import type { IndexPoint } from '../../src/store/vector-index.ts';
import { indexPoint } from '../../test/index-point.ts';

export const dimensions = 384;
export const tenant = newId('tenant');

export interface Question {
  readonly dense: Float32Array;
  readonly sparse: SparseVector;
}

const passagesPerDocument = 12;

/** Reproducible passages: words by Zipf's law, vectors around 200 topics, so that both sides have near candidates. */
export function createCorpus(seed: number) {
  const random = createRandom(seed);
  const vocabulary = Array.from({ length: 30_000 }, (_, rank) => `w${rank.toString(36)}x`);
  const word = () => vocabulary[Math.floor(vocabulary.length ** random.next()) - 1] ?? 'w';
  const text = (words: number) => Array.from({ length: words }, word).join(' ');
  const direction = () => Array.from({ length: dimensions }, () => random.next() + random.next() - 1);
  const topics = Array.from({ length: 200 }, direction);
  const vector = () => {
    const topic = random.pick(topics);
    const noise = direction();
    const values = topic.map((value, index) => value + (noise[index] ?? 0));
    const length = Math.hypot(...values);
    return Float32Array.from(values, (value) => value / length);
  };
  const point = (index: number): IndexPoint => {
    const passage = { title: text(3), headingPath: [text(3)], text: text(100), language: 'en' };
    return indexPoint({
      id: `psg_${index.toString().padStart(36, '0')}` as PassageId,
      documentId: `doc_${Math.floor(index / passagesPerDocument)}`,
      sparse: encodeDocument(passage),
      dense: vector(),
    });
  };
  return { point, question: (): Question => ({ sparse: encodeQuestion(text(8)), dense: vector() }) };
}
