import type { AppError, ErrorCode } from './errors.ts';

/** Faults of the surroundings, not of a document or a request: they pass, by themselves or with an operator's help. What is waited for then. */
const passingFaults: Partial<Record<ErrorCode, string>> = {
  DATABASE_UNAVAILABLE: 'the database',
  DEADLINE_EXCEEDED: 'a part that is slow',
  INDEX_UNAVAILABLE: 'the search index',
  MODEL_RATE_LIMITED: 'the model server',
  MODEL_REJECTED_KEY: 'a key that the model server accepts',
  MODEL_UNAVAILABLE: 'the model server',
  SERVER_STOPPING: 'the server',
  SERVER_UNREACHABLE: 'the server',
  STORAGE_FULL: 'room on the disk',
  STORAGE_UNAVAILABLE: 'the store of raw files',
};

export function isPassing({ code }: Pick<AppError, 'code'>): boolean {
  return code in passingFaults;
}

/** What to wait for, in words; null where waiting does not help unless somebody changes something. */
export function waitedFor({ code, spec }: Pick<AppError, 'code' | 'spec'>): string | null {
  return spec.retryable ? (passingFaults[code] ?? null) : null;
}
