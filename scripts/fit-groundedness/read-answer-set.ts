import { countTerms } from '../../evals/groundedness.ts';
import type { GroundednessCase } from '../../evals/readers/groundedness.ts';
import { createTermWeights } from '../../src/chains/evidence/term-weights.ts';
import { type Features, featuresOf, readClaim } from '../../src/chains/ground/groundedness-features.ts';
import { saysOpposite } from '../../src/chains/ground/opposite-polarity.ts';
import { readEvidence, splitPieces } from '../../src/chains/ground/read-evidence.ts';
import { newId } from '../../src/domain/ids.ts';
import { wordsOf } from '../../src/models/sparse/words-of.ts';

export interface ReadSentence {
  readonly words: number;
  /** Null when it says nothing that could be checked. */
  readonly features: Features | null;
  /** Whether a wrong number or polarity caps its score. */
  readonly isCapped: boolean;
}

export interface ReadAnswer {
  readonly isUnsupported: boolean;
  readonly words: number;
  readonly sentences: readonly ReadSentence[];
}

export interface AnswerSet {
  readonly name: string;
  readonly answers: readonly ReadAnswer[];
}

/** Computes the features of each sentence once; scoring them again with other weights is cheap. */
export async function readAnswerSet(name: string, cases: readonly GroundednessCase[]): Promise<AnswerSet> {
  const lookUp = countTerms(cases);
  const tenant = newId('tenant');
  const answers: ReadAnswer[] = [];
  for (const { context, question, response, isUnsupported } of cases) {
    const weights = createTermWeights({ lookUp, tenant, sample: context.join('\n').slice(0, 2000) });
    const texts = splitPieces(response);
    await weights.prepare(texts);
    const evidence = readEvidence(context, weights);
    const sentences = texts.map((text) => {
      const claim = readClaim(text, { evidence, given: [], question, weights });
      const features = claim.wanted.size > 0 ? featuresOf(claim, evidence) : null;
      const isCapped = features !== null && (features.wrongNumber > 0 || saysOpposite(claim, evidence, weights));
      return { words: wordsOf(text).length, features, isCapped };
    });
    answers.push({ isUnsupported, words: response.split(/\s+/).length, sentences });
  }
  return { name, answers };
}
