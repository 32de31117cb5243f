import { createHash } from 'node:crypto';

/**
 * Ids for cases of formats that have none: from the question, so that they stay when rows come and go and runs can be compared. A question that
 * comes again gets a number behind its id.
 */
export function createCaseIds(): (question: string) => string {
  const seen = new Map<string, number>();
  return (question) => {
    const id = `q-${createHash('sha256').update(question.normalize('NFKC').trim()).digest('hex').slice(0, 10)}`;
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    return times === 1 ? id : `${id}-${times}`;
  };
}
