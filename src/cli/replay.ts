import type { Replay } from '../chains/replay/replay-answer.ts';
import type { Client } from './client.ts';
import type { Output } from './output.ts';

/** Asks a stored question again and prints what differs. Resolves to the exit code: 0 the same, 1 not. */
export async function replay({ client, output }: { client: Client; output: Output }, id: string): Promise<number> {
  const result = await client.post<Replay>(`/v1/answers/${encodeURIComponent(id)}/replay`, {});
  output.result(result, describeReplay);
  return result.same ? 0 : 1;
}

export function describeReplay({ same, differences, conditions, gone }: Replay): string {
  const { passages, sentences, quotes } = differences;
  const place = ({ documentId, version }: { documentId: string; version: number }) =>
    `${documentId} version ${version}`;
  return [
    same ? 'The answer is the same.' : 'The answer differs.',
    ...gone.map((passage) => `gone: passage ${passage.id} of ${place(passage)} is not kept any more`),
    ...changeLine('state', differences.state),
    ...changeLine('refusal', differences.refusal),
    ...changeLine('confidence', differences.confidence),
    ...passages.gained.map((passage) => `+ passage ${passage.rank}: ${place(passage)} ${passage.id}`),
    ...passages.lost.map((passage) => `- passage ${passage.rank}: ${place(passage)} ${passage.id}`),
    ...passages.moved.map((passage) => `~ passage ${passage.from} → ${passage.rank}: ${place(passage)} ${passage.id}`),
    ...sentences.gained.map((text) => `+ sentence: ${text}`),
    ...sentences.lost.map((text) => `- sentence: ${text}`),
    ...(sentences.reordered ? ['~ sentences: in another order'] : []),
    ...quotes.gained.map((quote) => `+ quote: “${oneLine(quote.text)}” ${quote.title}, ${place(quote)}`),
    ...quotes.lost.map((quote) => `- quote: “${oneLine(quote.text)}” ${quote.title}, ${place(quote)}`),
    ...changeLine('model', conditions.model),
    ...changeLine('embedder', conditions.embedder),
    ...changeLine('rewrite', conditions.rewrite),
    ...changeLine('refusal probability', conditions.refusalProbability),
    ...(conditions.promptVersions ? [`prompts: ${describePrompts(conditions.promptVersions)}`] : []),
    `times: ${describeTimes(conditions.timings)}`,
  ].join('\n');
}

function changeLine(name: string, change: { before: unknown; after: unknown } | null): string[] {
  return change ? [`${name}: ${shown(change.before)} → ${shown(change.after)}`] : [];
}

function shown(value: unknown): string {
  if (value === null) return 'none';
  return typeof value === 'number' ? value.toFixed(3) : String(value);
}

function describePrompts({ before, after }: NonNullable<Replay['conditions']['promptVersions']>): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = names.filter((name) => before[name] !== after[name]);
  return changed.map((name) => `${name} ${before[name] ?? 'none'} → ${after[name] ?? 'none'}`).join(', ');
}

function describeTimes(timings: Replay['conditions']['timings']): string {
  const milliseconds = (value: number | null) => (value === null ? 'none' : `${value.toFixed(1)} ms`);
  return Object.entries(timings)
    .map(([step, { before, after }]) => `${step} ${milliseconds(before)} → ${milliseconds(after)}`)
    .join(', ');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
