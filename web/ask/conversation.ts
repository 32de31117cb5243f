import type { AnswerEvent } from '../../src/domain/answer.ts';
import { answerEvents, type OpenStream } from './answer-stream.ts';
import { type AnswerView, createAnswerView } from './answer-view.ts';
import { getJson, jsonInit, type Message, postJson, RequestFailed, request } from './api.ts';
import { announce, byId } from './elements.ts';
import { createFollowUps } from './follow-ups.ts';
import type { SourcePanel } from './source-panel.ts';

interface ConversationOptions {
  readonly panel: SourcePanel;
  readonly onSignedOut: () => void;
  /** Called when the conversation has an id, and again after each answer. */
  readonly onChange: (conversationId: string) => void;
}

export interface ConversationView {
  /** `expand` false: in these words only. */
  ask(question: string, expand?: boolean): Promise<void>;
  stop(): Promise<void>;
  open(conversationId: string): Promise<void>;
  /** Empties the view for a new conversation; an answer that is being written goes on on the server. */
  clear(): void;
}

interface Running {
  answerId: string | null;
  readonly leave: AbortController;
}

export function createConversationView({ panel, onSignedOut, onChange }: ConversationOptions): ConversationView {
  const stopButton = byId('stop', HTMLButtonElement);
  let conversationId: string | null = null;
  let running: Running | null = null;

  function setRunning(value: Running | null): void {
    running = value;
    byId('ask', HTMLButtonElement).hidden = value !== null;
    stopButton.hidden = value === null;
    stopButton.disabled = false;
  }

  function take(event: AnswerEvent, current: Running): void {
    if (event.type !== 'answer-started') return;
    conversationId = event.conversationId;
    current.answerId = event.answerId;
    onChange(conversationId);
  }

  async function follow(view: AnswerView, open: OpenStream): Promise<void> {
    const current: Running = { answerId: null, leave: new AbortController() };
    setRunning(current);
    try {
      for await (const event of answerEvents(open, current.leave.signal)) {
        take(event, current);
        view.apply(event);
      }
    } catch (error) {
      if (current.leave.signal.aborted) return;
      const problem = problemOf(error);
      if (problem.code === 'UNAUTHENTICATED') onSignedOut();
      view.fail(problem);
    } finally {
      if (running === current) setRunning(null);
    }
  }

  /** Of an old answer nothing is made anew. */
  function addTurn(question: string, isNew = true): AnswerView {
    const askAsIs = () => {
      if (running === null) void view.ask(question, false);
    };
    const goOn = (next: string) => {
      if (running === null) void view.ask(next);
    };
    const turn = createAnswerView({
      ...{ question, panel, onFeedback: sendFeedback, onAskAsIs: askAsIs },
      onFinished: isNew ? (answerId) => createFollowUps(answerId, goOn) : null,
    });
    byId('turns', HTMLDivElement).append(turn.root);
    turn.root.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
    return turn;
  }

  const view: ConversationView = {
    async ask(question, expand = true) {
      const body = { question, stream: true, expand, ...(conversationId ? { conversationId } : {}) };
      await follow(addTurn(question), (after, signal) =>
        after < 0
          ? request('v1/answers', { ...jsonInit(body), signal })
          : resume(running?.answerId ?? '', after, signal),
      );
    },
    async stop() {
      if (!running?.answerId) return;
      stopButton.disabled = true;
      await postJson(`v1/answers/${running.answerId}/stop`, {}).catch(() =>
        announce('The answer could not be stopped.'),
      );
    },
    async open(id) {
      if (id === conversationId) return;
      this.clear();
      conversationId = id;
      const { messages } = await getJson<{ messages: readonly Message[] }>(
        `v1/conversations/${encodeURIComponent(id)}?limit=200`,
      );
      let question = '';
      for (const { role, text, answerId } of messages) {
        if (role === 'user') question = text;
        else if (answerId && conversationId === id)
          await follow(addTurn(question, false), (after, signal) => resume(answerId, after, signal));
      }
    },
    clear() {
      running?.leave.abort();
      setRunning(null);
      conversationId = null;
      byId('turns', HTMLDivElement).replaceChildren();
      panel.close();
    },
  };
  return view;
}

function resume(answerId: string, after: number, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = after < 0 ? {} : { 'last-event-id': String(after) };
  return request(`v1/answers/${answerId}/events`, { signal, headers });
}

function sendFeedback(answerId: string, up: boolean): void {
  postJson(`v1/answers/${answerId}/feedback`, { rating: up ? 'up' : 'down' }).catch(() =>
    announce('The feedback was not stored.'),
  );
}

function problemOf(error: unknown) {
  if (error instanceof RequestFailed) return error.problem;
  console.error(error);
  return {
    code: 'INTERNAL',
    title: 'The page failed',
    detail: 'Reload it and try again.',
    type: 'docs/errors/INTERNAL',
  } as const;
}

function scrollBehavior(): ScrollBehavior {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
}
