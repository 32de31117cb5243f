import type { AnswerEvent } from '../domain/answer.ts';
import type { AnswerId, TenantId } from '../domain/ids.ts';

export interface AnswerKey {
  readonly tenantId: TenantId;
  readonly id: AnswerId;
}

/**
 * Carries the events of running answers between processes, so that an answer can be followed and stopped on any of them. It
 * never fails an answer: while it is down, answers are followed where they are written.
 */
export interface AnswerRelay {
  /** Publishes what `events` holds and what is appended to it; the caller tells of each change. */
  publish(answer: AnswerKey, events: readonly AnswerEvent[]): { changed(): void };
  /**
   * Events with a sequence above `after`, in order and without a gap, as another process publishes them; ends after the final
   * one or when the signal is aborted. An empty batch tells that nothing came for a while: the writer may be gone.
   */
  follow(answer: AnswerKey, after: number, signal: AbortSignal): AsyncGenerator<readonly AnswerEvent[]>;
  /** Whether somebody followed it on another process within the last seconds. */
  isFollowed(answer: AnswerKey): Promise<boolean>;
  /** Asks the process that writes it to stop. */
  requestStop(answer: AnswerKey): Promise<void>;
  /** What is called with answers that another process asks to stop. */
  onStopRequest(listener: (answer: AnswerKey) => void): void;
  /** Keeps a text beside an answer for that many milliseconds, and gives it back on any process; null when there is none. */
  keep(answer: AnswerKey, text: string, milliseconds: number): Promise<void>;
  kept(answer: AnswerKey): Promise<string | null>;
  health(): Promise<{ readonly state: 'ok' | 'degraded'; readonly detail: string }>;
  close(): Promise<void>;
}
