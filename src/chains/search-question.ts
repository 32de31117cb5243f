import type { Retrieval, Retrieve } from '../retrieve/retrieve.ts';
import type { AnswerInput } from './answer-question.ts';
import { answerLimits, type Trace, timed } from './answer-trace.ts';

/** Of two searches, one finds clearly better what it asks for where its odds of answering are this many times those of the other. */
const clearlyBetter = 1.5;

interface SearchInput extends AnswerInput {
  /** What the question asks, one by one. */
  readonly asked: readonly string[];
  /** Whether rules wrote the standalone wording of `trace`. */
  readonly isGuess: boolean;
}

/**
 * The original question is searched too: what was condensed wrongly does not hide what the words themselves find. A guessed wording
 * gives way to the original where that finds clearly better what it asks for: it begins a new topic. `guessed` is the one that stays.
 */
export async function searchQuestion(
  retrieve: Retrieve,
  input: SearchInput,
  trace: Trace,
  signal: AbortSignal,
): Promise<{ readonly retrieval: Retrieval; readonly guessed: string | null }> {
  const { principal, filter, question, asked, isGuess, expand = true, sources = async (found) => found } = input;
  const queries = trace.standalone === question ? [question] : [trace.standalone, question];
  const wanted = { principal, filter, limit: answerLimits.passages, tokenBudget: answerLimits.tokens };
  const retrieval = await timed(trace, 'retrieve', async () => {
    const [condensed, alone] = await Promise.all([
      retrieve({ ...wanted, queries, parts: asked, expand }, signal),
      isGuess ? retrieve({ ...wanted, queries: [question], expand: false }, signal) : null,
    ]);
    const isNewTopic = oddsOf(alone?.relevance ?? 0) > clearlyBetter * oddsOf(condensed.relevance ?? 1);
    if (isNewTopic) trace.standalone = question;
    return await sources(alone && isNewTopic ? alone : condensed);
  });
  const guessed = isGuess && trace.standalone !== question ? trace.standalone : null;
  trace.retrieval = retrieval;
  // Evidence is judged by the words that found it; the reader sees which they were.
  trace.standalone = retrieval.expansion?.searched ?? trace.standalone;
  Object.assign(trace.timings, retrieval.timings);
  return { retrieval, guessed };
}

function oddsOf(probability: number): number {
  return probability / (1 - probability);
}
