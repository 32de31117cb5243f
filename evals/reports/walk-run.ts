import { AppError } from '../../src/domain/errors.ts';
import type { AnswerRecord } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import type { Cell } from '../metric.ts';
import type { RunFiles } from './read-run.ts';

/** A case with what a run has of it; one that was not asked has no answers, one that was not scored no cells. */
export interface WalkedCase {
  readonly own: EvalCase;
  readonly answers: readonly AnswerRecord[];
  readonly cells: readonly Cell[];
}

/** Goes through a run case by case and holds one at a time. Throws INTERNAL where answers or cells stand in another order than cases. */
export async function* walkRun(run: RunFiles): AsyncGenerator<WalkedCase> {
  const answers = takeInOrder(run.answers());
  const cells = takeInOrder(run.cells());
  for await (const own of run.cases())
    yield { own, answers: await answers.take(own.id), cells: await cells.take(own.id) };
  const left = (await answers.next()) ?? (await cells.next());
  if (left !== null) throw new AppError('INTERNAL', `What is of ${left} stands in another place than its case.`);
}

/** What an earlier run has of the cases of a later one, asked for in the order that both share; lines of other cases are passed over. */
export function followRun(
  earlier: RunFiles,
  isAsked: (id: string) => boolean,
): (id: string) => Promise<Omit<WalkedCase, 'own'>> {
  const answers = takeInOrder(earlier.answers(), isAsked);
  const cells = takeInOrder(earlier.cells(), isAsked);
  return async (id) => ({ answers: await answers.take(id), cells: await cells.take(id) });
}

function takeInOrder<T extends { readonly case: string }>(lines: AsyncIterable<T>, isAsked = (_id: string) => true) {
  const reader = lines[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<T>> | null = null;
  /** The next line of a case that is asked for; null at the end. */
  async function peek(): Promise<T | null> {
    for (;;) {
      first ??= reader.next();
      const line = await first;
      if (line.done) return null;
      if (isAsked(line.value.case)) return line.value;
      first = null;
    }
  }
  return {
    next: async () => (await peek())?.case ?? null,
    async take(id: string): Promise<T[]> {
      const own: T[] = [];
      for (let line = await peek(); line?.case === id; line = await peek()) {
        own.push(line);
        first = null;
      }
      return own;
    },
  };
}
