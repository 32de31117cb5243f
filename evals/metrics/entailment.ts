import { createTermWeights, type TermWeights } from '../../src/chains/evidence/term-weights.ts';
import { judgeListing } from '../../src/chains/ground/judge-listing.ts';
import { type Evidence, readEvidence } from '../../src/chains/ground/read-evidence.ts';
import { type Groundedness, scoreGroundedness } from '../../src/chains/ground/score-groundedness.ts';
import { newId } from '../../src/domain/ids.ts';

export interface Entailment {
  /** How far texts support a sentence, by the product's own scorer with equal weights for all words. */
  judge(sentence: string, texts: readonly string[]): Groundedness;
  /** Whether they support it. */
  entails(sentence: string, texts: readonly string[]): boolean;
  readonly weights: TermWeights;
}

/** Names no tenant whose index is asked: words weigh the same. */
const tenant = newId('tenant');

/**
 * The product's lexical scorer, `lexical-v2`, without an index. Texts are read once, however many sentences are compared with them. `sample` is a
 * text in the language of the answers, by which words are stemmed.
 */
export function createEntailment(sample: string): Entailment {
  const weights = createTermWeights({ lookUp: null, tenant, sample });
  const read = new Map<string, Evidence>();
  const judged = new Map<string, Groundedness>();
  const evidenceOf = (texts: readonly string[], key: string) => {
    const known = read.get(key) ?? readEvidence(texts, weights);
    read.set(key, known);
    return known;
  };
  const judge = (sentence: string, texts: readonly string[]) => {
    const sources = texts.join('\0');
    const key = `${sentence}\0\0${sources}`;
    const known = judged.get(key);
    if (known) return known;
    const isListing = /^\s*(?:```|~~~)/.test(sentence);
    const verdict = isListing
      ? judgeListing(sentence, texts)
      : scoreGroundedness({ sentence, evidence: evidenceOf(texts, sources), given: [], weights });
    judged.set(key, verdict);
    return verdict;
  };
  return { judge, entails: (sentence, texts) => judge(sentence, texts).label === 'supported', weights };
}
