import type { RankerFitting, RankerStatus } from '../retrieve/rank/own/administer-ranker.ts';
import type { GateVerdict } from '../store/rankers.ts';
import type { Client } from './client.ts';
import type { Output } from './output.ts';

interface Context {
  readonly client: Client;
  readonly output: Output;
}

const gateFailed = 4;

/** Fits the ranker to the tenant's feedback. Resolves to the exit code: 4 when the fitted weights do not pass. */
export async function fitRanker({ client, output }: Context, { check }: { readonly check: boolean }): Promise<number> {
  const fitting = await client.post<RankerFitting>('/v1/ranker/fit', { check });
  output.result(fitting, ({ verdict, putIntoUse }) => `${describeOutcome(verdict, putIntoUse)}\n${describe(verdict)}`);
  return fitting.verdict.passed ? 0 : gateFailed;
}

export async function showRanker({ client, output }: Context): Promise<void> {
  output.result(await client.get<RankerStatus>('/v1/ranker'), describeStatus);
}

export async function resetRanker({ client, output }: Context): Promise<void> {
  await client.delete('/v1/ranker');
  output.result({ weights: 'shipped' }, () => 'The shipped weights rank.');
}

function describeOutcome({ passed, reasons }: GateVerdict, putIntoUse: boolean): string {
  if (putIntoUse) return 'The fitted weights pass, and rank from the next question on.';
  if (passed) return 'The fitted weights pass. Without --check they would rank from the next question on.';
  return ['The fitted weights do not pass; nothing is changed.', ...reasons.map((reason) => `  ${reason}`)].join('\n');
}

function describe({ questions, before, after, gain, generation, judgements }: GateVerdict): string {
  const [mean, lower, upper] = [gain.mean, gain.lower, gain.upper].map(signed);
  return [
    `nDCG@10 ${before.toFixed(4)} with the shipped weights, ${after.toFixed(4)} with the fitted ones, over ${questions} held-out questions`,
    `gain ${mean}, 95 % interval ${lower} to ${upper}`,
    `judgements ${judgements}, documents as of generation ${generation}`,
  ].join('\n');
}

function describeStatus({ weights, shipped, own, judgedQuestions, neededQuestions }: RankerStatus): string {
  const lines = [
    own && weights === 'own'
      ? `Your own weights rank, fitted ${own.fittedAt}.`
      : `The shipped weights rank, fitted ${shipped.fittedAt}.`,
  ];
  if (own) lines.push(...(own.note ? [own.note] : []), describe(own.verdict));
  lines.push(`${judgedQuestions} questions are judged by feedback; a fit needs ${neededQuestions}.`);
  return lines.join('\n');
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
