import { analyze } from '../../models/sparse/analyze.ts';

/** Questions with fewer content words seldom stand on their own within a conversation. */
const fewestTerms = 3;

const continues = /^\W*(?:and|or|but|also|what about|how about|same|then|so|ok(?:ay)?|und|et|y)\b/i;
const pointsBack =
  /\b(?:it|its|they|them|their|theirs|this|these|that|those|one|ones|there|he|she|him|her|his|hers|former|latter|same|either|both|instead|otherwise)\b/i;
/** `that` and `there` that point at nothing before. */
const pointsNowhere =
  /\b(?:is|are|was|were) there\b|\bthere (?:is|are|a|an|any)\b|\b\w+s? that (?:is|are|was|has|have|can|will|do|does)\b|\bit (?:possible|take|cost)\b/gi;

/** Words that a question has around what it is about. */
export const functionWords =
  /^(?:how|what|when|where|who|whom|which|why|do|does|did|done|can|could|may|might|should|would|must|will|shall|is|are|was|were|be|been|has|have|had|i|me|my|we|us|our|you|your|get|got|long|many|much|a|an|the|to|of|on|in|for|by|with|and|or|if|at|from|it|its|they|them|their|this|that|there|than|then|so|not|no|yes|about|kept)$/i;

/** Whether a question needs the turns before it to be understood. */
export function dependsOnHistory(question: string): boolean {
  if (continues.test(question)) return true;
  if (pointsBack.test(question.replace(pointsNowhere, ' '))) return true;
  return (
    analyze(question).filter((term) => !functionWords.test(question.slice(term.start, term.end))).length < fewestTerms
  );
}
