import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import type { Span } from '../../domain/sentences.ts';
import type { LocatedPassage } from '../answer-locator.ts';
import { classToken, createTokenizer, separatorToken } from '../minilm/tokenizer.ts';
import { openSession } from '../onnx/open-session.ts';
import { type RunModel, serveModel } from '../onnx/serve-model.ts';
import { toRow } from '../onnx/to-row.ts';

/** One passage; answered by the odds of its units, in their order. */
export interface LocateInPassage extends LocatedPassage {
  readonly question: string;
}

const modelFile = new URL('../../../models/answer-locator-int8/model.onnx', import.meta.url);
/** As it was taught; see scripts/fit-locator/network.py. */
const mostTokens = { question: 48, title: 24, unit: 96, all: 512 };
const mostCharactersPerToken = 20;

interface EncodedPassage {
  readonly ids: readonly number[];
  /** Where the second segment begins. */
  readonly segment: number;
  /** The tokens of each unit with the separator behind it; fewer than units when not all fit. */
  readonly spans: readonly Span[];
}

/** `[CLS] question [SEP] title [SEP] unit [SEP] unit [SEP]…` */
function createPassageEncoder(): (passage: LocateInPassage) => EncodedPassage {
  const tokenize = createTokenizer();
  const encode = (text: string, most: number) => tokenize(text.slice(0, most * mostCharactersPerToken)).slice(0, most);
  return ({ question, title, units }) => {
    const ids = [classToken, ...encode(question, mostTokens.question), separatorToken];
    const segment = ids.length;
    ids.push(...encode(title, mostTokens.title), separatorToken);
    const spans: Span[] = [];
    for (const unit of units) {
      const tokens = encode(unit, mostTokens.unit);
      if (ids.length + tokens.length >= mostTokens.all) break;
      const start = ids.length;
      ids.push(...tokens, separatorToken);
      spans.push({ start, end: ids.length });
    }
    return { ids, segment, spans };
  };
}

async function loadModel(): Promise<RunModel<LocateInPassage>> {
  const encode = createPassageEncoder();
  const session = await openSession(fileURLToPath(modelFile));
  return async (passage) => {
    const { ids, segment, spans } = encode(passage);
    const { scores: output } = await session.run({
      input_ids: toRow(ids),
      attention_mask: toRow(ids.map(() => 1)),
      token_type_ids: toRow(ids.map((_, place) => (place < segment ? 0 : 1))),
    });
    const scores = output?.data;
    if (!(scores instanceof Float32Array)) throw new Error('The model gave no scores.');
    const nowhere = scores[0] ?? 0;
    const odds = new Float32Array(passage.units.length).fill(Number.NEGATIVE_INFINITY);
    for (const [unit, { start, end }] of spans.entries()) odds[unit] = logSumOf(scores.subarray(start, end)) - nowhere;
    return odds;
  };
}

/** The logarithm of the sum of what these are logarithms of. */
function logSumOf(values: Float32Array): number {
  const highest = Math.max(...values);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}

// A model that cannot be loaded ends the thread; its owner hears that as an error event.
if (parentPort) serveModel(parentPort, await loadModel());
