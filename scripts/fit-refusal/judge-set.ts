import type { AnswerCase } from '../../evals/answers.ts';
import type { AnswererInput } from '../../src/chains/answerer.ts';
import { condenseQuestion } from '../../src/chains/condense-question.ts';
import { createEmbedUnits } from '../../src/chains/evidence/embed-units.ts';
import { createLocateAnswer } from '../../src/chains/evidence/locate-answer.ts';
import { rankUnits } from '../../src/chains/evidence/rank-units.ts';
import { createTermWeights } from '../../src/chains/evidence/term-weights.ts';
import { loadPrompts } from '../../src/chains/prompts/load-prompts.ts';
import { featuresOf, type RefusalFeatures, type RefusalSide } from '../../src/chains/refuse/refusal-features.ts';
import { AppError } from '../../src/domain/errors.ts';
import { newId } from '../../src/domain/ids.ts';
import type { Principal } from '../../src/domain/principal.ts';
import type { AnswerLocator } from '../../src/models/answer-locator.ts';
import type { Embedder } from '../../src/models/embedder.ts';
import type { openLibrary } from './library.ts';

/** Milliseconds: nobody waits for these answers, and a machine at work must not change them. */
const patience = 60_000;

/** A question with what was found for it. */
export interface JudgedQuestion {
  readonly question: AnswerCase;
  readonly features: RefusalFeatures;
  /** The document found first: questions about the same thing are kept in one fold by it. */
  readonly nearest: string;
  /** What an answer would be written from. */
  readonly evidence: Pick<AnswererInput, 'question' | 'passages' | 'units' | 'weights'>;
}

/** An embedder that embeds nothing for a question, so that words alone decide. */
function withoutVectors(base: Embedder): Embedder {
  const refuse = async () => {
    throw new AppError('MODEL_UNAVAILABLE', 'Fitting without vectors.');
  };
  return { ...base, embedQuestions: refuse, embedSentences: refuse };
}

/** What a question is judged by. */
export interface JudgedBy {
  readonly embedder: Embedder;
  readonly locator: AnswerLocator | null;
}

/** What each side of the refusal model has to judge by. */
export function toolsOf(side: RefusalSide, { embedder, locator }: JudgedBy): JudgedBy {
  return {
    embedder: side === 'lexical' ? withoutVectors(embedder) : embedder,
    locator: side === 'located' ? locator : null,
  };
}

/** Asks the questions of a library by the product's own search and evidence. */
export async function judgeQuestions(
  library: Awaited<ReturnType<typeof openLibrary>>,
  questions: readonly AnswerCase[],
  { embedder, locator, signal }: JudgedBy & { readonly signal: AbortSignal },
): Promise<JudgedQuestion[]> {
  const prompt = loadPrompts().condenseQuestion;
  const retrieve = library.retrieveWith(embedder);
  const embed = createEmbedUnits(embedder, patience)(library.tenant);
  const locate = locator && createLocateAnswer(locator, patience);
  const principal = reader(library.tenant);
  const judged: JudgedQuestion[] = [];
  for (const question of questions) {
    const { text, history } = question;
    const { standalone } = await condenseQuestion({ chat: null, prompt }, { question: text, history }, signal);
    const queries = standalone === text ? [text] : [standalone, text];
    const wanted = { queries, principal, filter: null, limit: 8, tokenBudget: 2400 };
    const retrieval = await retrieve(wanted, signal);
    const sample = retrieval.passages.map((passage) => passage.text).join('\n');
    const lookUp = library.index.inverseDocumentFrequencies;
    const weights = createTermWeights({ lookUp, tenant: library.tenant, sample });
    const { passages, questionVector } = retrieval;
    const asked = { question: standalone, questionVector, passages, weights };
    const ranked = await rankUnits(asked, { embed, locate }, signal);
    if (ranked.locatingError !== null) throw ranked.locatingError;
    const features = featuresOf({ question: standalone, retrieval, ranked, weights });
    const evidence = { question: standalone, passages, units: ranked.units, weights };
    judged.push({ question, features, nearest: passages[0]?.documentId ?? '', evidence });
  }
  return judged;
}

function reader(tenantId: Principal['tenantId']): Principal {
  return { tenantId, credential: newId('key'), userId: null, role: 'admin', scopes: ['read'], grants: [] };
}
