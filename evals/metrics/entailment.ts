import { LRUCache } from 'lru-cache';
import { createTermWeights, type TermWeights } from '../../src/chains/evidence/term-weights.ts';
import { joinEvidence } from '../../src/chains/ground/join-evidence.ts';
import { judgeListing } from '../../src/chains/ground/judge-listing.ts';
import { type Evidence, readEvidence } from '../../src/chains/ground/read-evidence.ts';
import { type Groundedness, scoreGroundedness } from '../../src/chains/ground/score-groundedness.ts';
import { newId } from '../../src/domain/ids.ts';
import { guessLanguage } from '../../src/models/sparse/languages.ts';

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

/** About 60 MB: passages come again in other answers, and are read once. */
const mostCharacters = 2_000_000;
const readTexts = new LRUCache<string, Evidence>({
  maxSize: mostCharacters,
  sizeCalculation: ({ text }) => text.length + 1,
});

/**
 * The product's lexical scorer, `lexical-v2`, without an index. `sample` is a text in the language of the answers, by which words are stemmed.
 */
export function createEntailment(sample: string): Entailment {
  const weights = createTermWeights({ lookUp: null, tenant, sample });
  const language = guessLanguage(sample).code;
  const evidenceOf = (text: string) => {
    const key = `${language}\0${text}`;
    const known = readTexts.get(key) ?? readEvidence([text], weights);
    readTexts.set(key, known);
    return known;
  };
  const against = (texts: readonly string[]) => {
    const evidence = joinEvidence(texts.map(evidenceOf));
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
