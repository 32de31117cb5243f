import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError, errorCodes, errorSpecs } from './errors.ts';

describe('AppError.from', () => {
  it('keeps what an inner library said out of what a user reads', () => {
    const error = AppError.from(new Error('password authentication failed for user "root"'));
    expect(error.code).toBe('INTERNAL');
    expect(`${error.message} ${error.detail}`).not.toContain('password');
    expect(error.cause).toBeInstanceOf(Error);
  });
  it('knows a full disk', () => {
    expect(AppError.from(Object.assign(new Error('write'), { code: 'ENOSPC' })).code).toBe('STORAGE_FULL');
  });
  it('knows a deadline that passed', async () => {
    const signal = AbortSignal.timeout(0);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(AppError.from(signal.reason).code).toBe('DEADLINE_EXCEEDED');
  });
  it('passes an AppError on', () => {
    const error = new AppError('NOT_FOUND', 'No such document.');
    expect(AppError.from(error)).toBe(error);
  });
});

it.each(errorCodes)('%s has a status, a remedy and a page', (code) => {
  expect(errorSpecs[code].status).toBeGreaterThanOrEqual(400);
  expect(errorSpecs[code].remedy).toMatch(/\.$/);
  expect(existsSync(`docs/errors/${code}.md`)).toBe(true);
});
