import type { AnswerLocator, LocateRequest } from '../src/models/answer-locator.ts';

/** A locator of English that gives each unit the odds that a test says, and notes what it was asked. */
export function stubLocator(oddsOf: (unit: string) => number) {
  const asked: LocateRequest[] = [];
  const calls = { prepared: 0 };
  const locator: AnswerLocator = {
    id: 'stub',
    languages: ['en'],
    prepare: () => {
      calls.prepared += 1;
    },
    locate: async (request) => {
      asked.push(request);
      return request.passages.map(({ units }) => Float32Array.from(units, oddsOf));
    },
    close: async () => {},
  };
  return { locator, asked, calls };
}
