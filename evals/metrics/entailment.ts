import { createTermWeights, type TermWeights } from '../../src/chains/evidence/term-weights.ts';
import { judgeListing } from '../../src/chains/ground/judge-listing.ts';
import { readEvidence } from '../../src/chains/ground/read-evidence.ts';
import { type Groundedness, scoreGroundedness } from '../../src/chains/ground/score-groundedness.ts';
import { newId } from '../../src/domain/ids.ts';

/** How far texts support sentences. */
export interface Entailment {
  /** A function of sentences, for texts that many of them are held against. */
  against(texts: readonly string[]): (sentence: string) => Groundedness;
  judge(sentence: string, texts: readonly string[]): Groundedness;
  /** Whether the texts support it. */
  entails(sentence: string, texts: readonly string[]): boolean;
  readonly weights: TermWeights;
}

/** Names no tenant whose index is asked: words weigh the same. */
const tenant = newId('tenant');

/**
 * The product's lexical scorer, `lexical-v2`, without an index. `sample` is a text in the language of the answers, by which words are stemmed.
 */
export function createEntailment(sample: string): Entailment {
  const weights = createTermWeights({ lookUp: null, tenant, sample });
  const against = (texts: readonly string[]) => {
    const evidence = readEvidence(texts, weights);
    return (sentence: string) => {
      const isListing = /^\s*(?:```|~~~)/.test(sentence);
      return isListing ? judgeListing(sentence, texts) : scoreGroundedness({ sentence, evidence, given: [], weights });
    };
  };
  const judged = new Map<string, Groundedness>();
  const judge = (sentence: string, texts: readonly string[]) => {
    const key = [sentence, ...texts].join('\0');
    const verdict = judged.get(key) ?? against(texts)(sentence);
    judged.set(key, verdict);
    return verdict;
  };
  return { against, judge, entails: (sentence, texts) => judge(sentence, texts).label === 'supported', weights };
}
