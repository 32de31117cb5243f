import { createHash } from 'node:crypto';
import { isId, type PassageId } from '../../../domain/ids.ts';
import type { AnswerRating } from '../../../store/answers.ts';

export interface JudgedQuestion {
  /** As it was last asked, standalone. */
  readonly question: string;
  /** 1: its quotes stood in an answer that was right; 0: a reader said that it does not answer. */
  readonly grades: ReadonlyMap<PassageId, 0 | 1>;
}

type Grades = Map<PassageId, Map<string, 0 | 1>>;

/**
 * Questions with the passages that readers' ratings judged, the question that was rated last first. Questions that differ in capitals,
 * spaces or final punctuation are one. Of each reader the last rating of a passage counts; where readers contradict each other, none does.
 * `ratings` stand in the order in which they were given.
 */
export function judgeByRatings(ratings: readonly AnswerRating[]): JudgedQuestion[] {
  const judged = new Map<string, { question: string; grades: Grades }>();
  for (const rating of ratings) {
    const passages = passagesOf(rating);
    if (passages.length === 0) continue;
    const key = keyOf(rating.question);
    const grades: Grades = judged.get(key)?.grades ?? new Map();
    for (const passage of passages) {
      const byAuthor = grades.get(passage) ?? new Map<string, 0 | 1>();
      grades.set(passage, byAuthor.set(rating.author, rating.rating === 'up' ? 1 : 0));
    }
    // Taken out and set again, so that it moves to the end.
    judged.delete(key);
    judged.set(key, { question: rating.question, grades });
  }
  return [...judged.values()].reverse().flatMap(({ question, grades }) => withGrades(question, agreed(grades)));
}

/** Without the passages that are not current any more; a question of which nothing is left falls out. */
export function keepCurrent(judged: readonly JudgedQuestion[], current: ReadonlySet<PassageId>): JudgedQuestion[] {
  return judged.flatMap(({ question, grades }) =>
    withGrades(question, new Map([...grades].filter(([passage]) => current.has(passage)))),
  );
}

export function hasRelevant({ grades }: Pick<JudgedQuestion, 'grades'>): boolean {
  return [...grades.values()].includes(1);
}

/** SHA-256 of the questions with their grades, whatever their order. */
export function hashOfJudgements(judged: readonly JudgedQuestion[]): string {
  const lines = judged.map(({ question, grades }) => JSON.stringify([keyOf(question), [...grades].sort()]));
  return `sha256:${createHash('sha256').update(lines.sort().join('\n')).digest('hex')}`;
}

export function keyOf(question: string): string {
  const plain = question.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
  return plain.replace(/[\s?!.。？！؟]+$/u, '');
}

/** An `up` speaks for all quotes of the answer, or for those it names; a `down` only against those that it names. */
function passagesOf({ rating, quote, sentence, quotes, citations }: AnswerRating): PassageId[] {
  const named = quote === null ? (sentence === null ? null : (citations[sentence] ?? [])) : [quote];
  if (named === null && rating === 'down') return [];
  const chosen = quotes.filter(({ number }) => named === null || named.includes(number));
  return chosen.flatMap(({ passageId }) => (isId('passage', passageId) ? [passageId] : []));
}

function agreed(grades: Grades): Map<PassageId, 0 | 1> {
  const entries = [...grades].flatMap(([passage, byAuthor]) => {
    const [grade, other] = new Set(byAuthor.values());
    return grade === undefined || other !== undefined ? [] : [[passage, grade] as const];
  });
  return new Map(entries);
}

function withGrades(question: string, grades: ReadonlyMap<PassageId, 0 | 1>): JudgedQuestion[] {
  return grades.size === 0 ? [] : [{ question, grades }];
}
