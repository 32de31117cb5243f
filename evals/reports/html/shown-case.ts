import type { ShownCase, ShownCell, ShownRun, ShownState } from '../../../web/report/report-data.ts';
import type { AnswerRecord, RecordedAnswer } from '../../answer-record.ts';
import { type EvalCase, goldDocuments } from '../../case.ts';
import type { Cell } from '../../metric.ts';

/** A case as its view in the page shows it. */
export function shownCase(asked: EvalCase, runs: readonly ShownRun[], earlier: ShownRun | null): ShownCase {
  const { id, question, history, tags, answers, answerable = null } = asked;
  return { id, question, history, tags, answers, answerable, gold: goldDocuments(asked), runs, earlier };
}

export function stateOf({ answer }: AnswerRecord): ShownState {
  return answer?.state ?? 'failed';
}

/** One answer to a case, without the passages' texts and with its events in a line each. */
export function shownRun(record: AnswerRecord, cells: readonly Cell[]): ShownRun {
  const { repeat, answer, error } = record;
  return {
    repeat,
    state: stateOf(record),
    text: answer?.text ?? '',
    sentences: answer?.sentences ?? [],
    quotes: (answer?.quotes ?? []).map(({ number, text, before, after, title, document, found }) => ({
      number,
      text,
      before,
      after,
      title,
      document,
      found,
    })),
    message: error ? `${error.code}: ${error.detail}` : (answer?.refusal?.message ?? null),
    confidence: answer?.confidence ?? null,
    model: answer?.model ?? '',
    retrieved: (answer?.retrieved ?? []).map(({ document, title, score }) => ({ document, title, score })),
    facts: answer ? factsOf(answer) : [],
    notes: answer ? notesOf(answer) : [],
    events: answer ? eventsOf(answer) : [],
    cells: cells.filter((cell) => cell.repeat === repeat).map(shownCell),
  };
}

function shownCell({ metric, status, value, reason, evidence }: Cell): ShownCell {
  return { metric, value: status === 'error' ? 'error' : status === 'ok' ? value : null, reason, evidence };
}

function factsOf({ latency, usage, cost }: RecordedAnswer): [string, string][] {
  return [
    ...Object.entries(latency).map(([stage, milliseconds]): [string, string] => [
      stage,
      `${milliseconds.toFixed(1)} ms`,
    ]),
    ['tokens', `${usage.inputTokens} in, ${usage.outputTokens} out, ${usage.calls} calls`],
    ['cost', cost === null ? 'no price known' : `$${cost.toPrecision(3)}, estimated`],
  ];
}

function notesOf({ cached, degraded, withheld, refusal }: RecordedAnswer): string[] {
  return [
    ...(refusal?.reason ? [`Refused: ${refusal.reason}`] : []),
    ...(cached ? ['Given from the target’s own cache'] : []),
    ...degraded.map((step) => `Degraded: ${step}`),
    ...withheld.map((reason) => `A sentence withheld: ${reason}`),
  ];
}

const noteLength = 160;

function eventsOf({ events }: RecordedAnswer): ShownRun['events'] {
  const start = Date.parse(events[0]?.at ?? '');
  return events.map(({ type, sequence: _sequence, at, ...rest }) => {
    const note = JSON.stringify(rest);
    return {
      type,
      milliseconds: Date.parse(at) - start,
      note: note.length > noteLength ? `${note.slice(0, noteLength)}…` : note,
    };
  });
}
