import { expect, it } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { waitOutFaults } from './wait-out-faults.ts';

const notes: (string | undefined)[] = [];
const progress = { show: ({ note }: { note?: string }) => void notes.push(note), note: () => {}, end: () => {} };
const context = { progress, signal: new AbortController().signal };

it('tries again while the database is away, and says why', async () => {
  let calls = 0;
  const work = async () => {
    calls += 1;
    if (calls < 3) throw new AppError('DATABASE_UNAVAILABLE', 'It does not answer.');
    return 'done';
  };
  expect(await waitOutFaults(context, work, { pauseMilliseconds: 0 })).toBe('done');
  expect(notes).toEqual(Array(2).fill('DATABASE_UNAVAILABLE: It does not answer.'));
});

it('gives up after its time, and at once for what does not pass', async () => {
  const refuse = (code: 'DATABASE_UNAVAILABLE' | 'FORBIDDEN') => async () => {
    throw new AppError(code, 'No.');
  };
  const options = { seconds: 0 };
  await expect(waitOutFaults(context, refuse('DATABASE_UNAVAILABLE'), options)).rejects.toMatchObject({
    detail: 'No.',
  });
  await expect(waitOutFaults(context, refuse('FORBIDDEN'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
