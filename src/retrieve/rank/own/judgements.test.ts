import { describe, expect, it } from 'vitest';
import { newId } from '../../../domain/ids.ts';
import type { AnswerRating } from '../../../store/answers.ts';
import { hashOfJudgements, judgeByRatings, keepCurrent } from './judgements.ts';

const [first, second] = [newId('passage'), newId('passage')];
const rating = (fields: Partial<AnswerRating> = {}): AnswerRating => ({
  question: 'When are refunds paid?',
  author: 'usr_ada',
  rating: 'up',
  quote: null,
  sentence: null,
  quotes: [
    { number: 1, passageId: first },
    { number: 2, passageId: second },
  ],
  citations: [[1], [1, 2]],
  ...fields,
});
const gradesOf = (...ratings: AnswerRating[]) =>
  judgeByRatings(ratings).map(({ grades }) => Object.fromEntries(grades));

describe('judgeByRatings', () => {
  it('takes the quotes of an answer that is right, or those that the rating names', () => {
    expect(gradesOf(rating())).toEqual([{ [first]: 1, [second]: 1 }]);
    expect(gradesOf(rating({ quote: 2 }))).toEqual([{ [second]: 1 }]);
    expect(gradesOf(rating({ sentence: 0 }))).toEqual([{ [first]: 1 }]);
  });

  it('takes a wrong answer as word against the quotes that it names, and against none without', () => {
    expect(gradesOf(rating({ rating: 'down', quote: 1 }))).toEqual([{ [first]: 0 }]);
    expect(gradesOf(rating({ rating: 'down', sentence: 1 }))).toEqual([{ [first]: 0, [second]: 0 }]);
    expect(gradesOf(rating({ rating: 'down' }))).toEqual([]);
    expect(gradesOf(rating({ rating: 'down', quote: 3 }), rating({ sentence: 9 }))).toEqual([]);
  });

  it('counts the last rating of a reader, and none where readers contradict each other', () => {
    expect(gradesOf(rating(), rating({ rating: 'down', quote: 1 }))).toEqual([{ [first]: 0, [second]: 1 }]);
    expect(gradesOf(rating(), rating({ rating: 'down', quote: 1, author: 'usr_bob' }))).toEqual([{ [second]: 1 }]);
    expect(gradesOf(rating({ quote: 1 }), rating({ rating: 'down', quote: 1, author: 'usr_bob' }))).toEqual([]);
  });

  it('counts a question once however it is written, the one rated last first', () => {
    const judged = judgeByRatings([
      rating({ quote: 1 }),
      rating({ question: 'How are refunds paid?' }),
      rating({ question: ' when are  refunds paid', quote: 2 }),
    ]);
    expect(judged.map(({ question }) => question)).toEqual([' when are  refunds paid', 'How are refunds paid?']);
    expect(judged[0]?.grades).toEqual(
      new Map([
        [first, 1],
        [second, 1],
      ]),
    );
  });
});

it('lets passages fall out that are not current, and questions without any', () => {
  const judged = judgeByRatings([rating({ quote: 1 }), rating({ question: 'How?' })]);
  expect(keepCurrent(judged, new Set([second]))).toEqual([{ question: 'How?', grades: new Map([[second, 1]]) }]);
});

it('names judgements by a hash that their order does not change, and every grade does', () => {
  const ratings = [rating(), rating({ question: 'How?', quote: 2 })];
  const hash = hashOfJudgements(judgeByRatings(ratings));
  expect(hashOfJudgements(judgeByRatings(ratings.toReversed()))).toBe(hash);
  expect(hashOfJudgements(judgeByRatings([...ratings, rating({ rating: 'down', quote: 2 })]))).not.toBe(hash);
});
