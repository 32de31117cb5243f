import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Tokenizer } from '@huggingface/tokenizers';
import { openSession } from '../onnx/open-session.ts';
import { type RunModel, serveModel } from '../onnx/serve-model.ts';
import { toRow } from '../onnx/to-row.ts';
import type { RerankRequest } from '../reranker.ts';

/** What the thread loads: the model's file, and its tokenizer.json from the folder. */
export interface CrossEncoderOfThread {
  readonly file: string;
  readonly tokenizerFolder: string;
}

/** What common cross-encoders read; of a passage 384 tokens come with its question. */
const mostTokens = 512;
const mostTokensOfQuestion = mostTokens / 4;

interface EncodedPair {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

/** Encodes a question with one text after the other, as the model's own template joins them; what does not fit is left out at the end of each. */
function createPairEncoder(folder: string): (question: string) => (text: string) => EncodedPair {
  const readJson = (name: string): object => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const tokenizer = new Tokenizer(readJson('tokenizer.json'), {});
  const shortened = (question: string): string => {
    let kept = question;
    for (;;) {
      const tokens = tokenizer.encode(kept, { add_special_tokens: false }).ids.length;
      if (tokens <= mostTokensOfQuestion) return kept;
      kept = kept.slice(0, Math.floor((kept.length * mostTokensOfQuestion) / tokens));
    }
  };
  // Every template ends with one special token, which has to stay.
  const fitted = (list: readonly number[]) =>
    list.length <= mostTokens ? list : [...list.slice(0, mostTokens - 1), ...list.slice(-1)];
  return (question) => {
    const kept = shortened(question);
    return (text) => {
      // The tokeniser takes an empty text for none, and encodes the question alone.
      const pair = { text_pair: text === '' ? ' ' : text, return_token_type_ids: true } as const;
      const { ids, token_type_ids: types } = tokenizer.encode(kept, pair);
      return { ids: fitted(ids), types: fitted(types) };
    };
  };
}

async function loadModel(model: CrossEncoderOfThread): Promise<RunModel<RerankRequest>> {
  const encode = createPairEncoder(model.tokenizerFolder);
  const session = await openSession(model.file);

  async function scoreOne({ ids, types }: EncodedPair): Promise<number> {
    const inputs = { input_ids: ids, attention_mask: ids.map(() => 1), token_type_ids: types };
    const wanted = Object.entries(inputs).filter(([name]) => session.inputNames.includes(name));
    const output = await session.run(Object.fromEntries(wanted.map(([name, values]) => [name, toRow(values)])));
    const scores = output[session.outputNames[0] ?? '']?.data;
    const [score] = scores instanceof Float32Array && scores.length === 1 ? scores : [];
    if (score === undefined) throw new Error('The model does not give one number for a pair of texts.');
    return score;
  }

  // One pair a run, as with the embedder: a model in integers scores a pair by what stands beside it.
  return async ({ query, texts }, isOver) => {
    const scores = new Float32Array(texts.length);
    const pairWith = encode(query);
    for (const [index, text] of texts.entries()) {
      if (isOver()) break;
      scores[index] = await scoreOne(pairWith(text));
    }
    return scores;
  };
}

// A model that cannot be loaded ends the thread; its owner hears that as an error event.
if (parentPort) serveModel(parentPort, await loadModel(workerData));
