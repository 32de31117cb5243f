import type { Problem } from '../../src/domain/answer.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface Me {
  readonly scopes: readonly string[];
}

export interface DocumentRow {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly externalId: string;
  readonly uri: string | null;
  readonly state: 'queued' | 'processing' | 'ready' | 'failed';
  readonly version: number | null;
  readonly passages: number;
  readonly passagesWithoutVector: number;
  readonly error: { readonly code: string; readonly detail: string } | null;
  /** Of what was read of the file; the warning is null when that is enough. */
  readonly quality: { readonly score: number; readonly warning: string | null } | null;
  readonly updatedAt: string;
}

export interface JobState {
  readonly state: 'running' | 'finished' | 'failed' | 'cancelled';
  readonly stage: 'lexical' | 'dense' | 'done';
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  readonly passages: number;
  readonly passagesEmbedded: number;
  readonly failures: readonly { readonly code: string; readonly detail: string }[];
}

export interface Conversation {
  readonly id: string;
  readonly title: string;
  readonly updatedAt: string;
}

export interface Message {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly answerId: string | null;
}

/** What the server answered instead of what was asked for. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly problem: Pick<Problem, 'code' | 'title' | 'detail' | 'type'>;

  constructor(problem: Pick<Problem, 'code' | 'title' | 'detail' | 'type'>) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Throws RequestFailed with the problem that the server sent, or with one that says it did not answer. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, { credentials: 'same-origin', ...init }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new RequestFailed(unreachable);
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  throw new RequestFailed(
    problem?.code ? problem : { ...unreachable, detail: `The server answered ${response.status}.` },
  );
}

const unreachable = {
  code: 'SERVER_UNREACHABLE',
  title: 'The server does not answer',
  detail: 'Check that Footnote still runs, then try again.',
  type: 'docs/errors/SERVER_UNREACHABLE',
} as const;

export async function getJson<T>(path: string): Promise<T> {
  return (await (await request(path)).json()) as T;
}

export async function postJson<T>(path: string, body: object): Promise<T> {
  const response = await request(path, jsonInit(body));
  return (response.status === 204 ? null : await response.json()) as T;
}

export function jsonInit(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The events of a stream of our own server, which writes one `data` line an event. */
export async function* readEvents<T>(response: Response): AsyncGenerator<{ readonly id: string; readonly data: T }> {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      pending += value;
      const frames = pending.split('\n\n');
      pending = frames.pop() ?? '';
      for (const frame of frames) {
        const data = fieldOf(frame, 'data');
        if (data !== null) yield { id: fieldOf(frame, 'id') ?? '', data: JSON.parse(data) as T };
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function fieldOf(frame: string, name: string): string | null {
  const line = frame.split('\n').find((candidate) => candidate.startsWith(`${name}:`));
  return line === undefined ? null : line.slice(name.length + 1).trimStart();
}
