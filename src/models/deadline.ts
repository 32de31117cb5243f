import { AppError } from '../domain/errors.ts';

export interface Deadline {
  readonly signal: AbortSignal;
  stop(): void;
}

/** A signal that aborts with DEADLINE_EXCEEDED after that many milliseconds, unless it is stopped. */
export function createDeadline(milliseconds: number, who = 'The model server'): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new AppError('DEADLINE_EXCEEDED', `${who} took longer than ${milliseconds / 1000} s.`));
  }, milliseconds);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
