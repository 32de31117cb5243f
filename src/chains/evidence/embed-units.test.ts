import { describe, expect, it } from 'vitest';
import { flatEmbedder } from '../../../test/flat-embedder.ts';
import { newId } from '../../domain/ids.ts';
import { createEmbedUnits } from './embed-units.ts';

const never = new AbortController().signal;
const [tenant, otherTenant] = [newId('tenant'), newId('tenant')];

/** An embedder that only makes vectors of sentences, each `[number of the call, 1]`. */
function sentenceEmbedder() {
  const asked: (readonly string[])[] = [];
  const refuse = async () => Promise.reject(new Error('sentences are texts of documents, not questions'));
  const embedSentences = async (texts: readonly string[]) => {
    asked.push(texts);
    return texts.map(() => Float32Array.of(asked.length, 1));
  };
  return { asked, embedder: { ...flatEmbedder('test', 2), embedQuestions: refuse, embedSentences } };
}

describe('createEmbedUnits', () => {
  it('embeds sentences as texts of documents, those met before not again', async () => {
    const { asked, embedder } = sentenceEmbedder();
    const embed = createEmbedUnits(embedder)(tenant);
    await embed(['one', 'two'], never);
    expect(await embed(['two', 'three'], never)).toEqual([Float32Array.of(1, 1), Float32Array.of(2, 1)]);
    expect(asked).toEqual([['one', 'two'], ['three']]);
  });

  it('remembers nothing from one tenant to another', async () => {
    const { asked, embedder } = sentenceEmbedder();
    const embedUnits = createEmbedUnits(embedder);
    await embedUnits(tenant)(['one'], never);
    await embedUnits(otherTenant)(['one'], never);
    expect(asked).toEqual([['one'], ['one']]);
  });

  it('gives up when the embedder takes too long', async () => {
    const embedSentences = (_texts: readonly string[], signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const embed = createEmbedUnits({ ...flatEmbedder('test', 2), embedSentences }, 10)(tenant);
    await expect(embed(['one'], never)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
