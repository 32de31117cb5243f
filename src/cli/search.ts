import type { Absence } from '../retrieve/explain-absence.ts';
import type { PassageExplanation } from '../retrieve/explain-passages.ts';
import type { ScoredPassage, StepScore } from '../retrieve/retrieve.ts';
import type { Client } from './client.ts';
import { type FilterOptions, filterOf } from './filter-option.ts';
import type { Output } from './output.ts';

type FoundPassage = Omit<ScoredPassage, 'dense' | 'sparse' | 'steps'> &
  Partial<Pick<ScoredPassage, 'dense' | 'sparse' | 'steps'>> & { readonly explanation?: PassageExplanation };

interface StepTime {
  readonly step: string;
  readonly milliseconds?: number;
  readonly degradedTo?: string;
  readonly cause?: string;
}

interface SearchResult {
  readonly expansion?: { readonly original: string; readonly searched: string };
  readonly passages: readonly FoundPassage[];
  readonly steps?: readonly StepTime[];
  readonly dropped?: readonly { readonly title: string; readonly step: string; readonly detail: string }[];
  readonly whyNot?: Absence;
}

export interface SearchOptions extends FilterOptions {
  readonly limit: number;
  readonly explain: boolean;
  readonly expand: boolean;
  readonly why?: string;
  readonly asGrant?: readonly string[];
  readonly tokens?: number;
}

const textShown = 300;
const termsShown = 8;
const contributionsShown = 5;
const droppedShown = 5;

export async function search(
  { client, output }: { client: Client; output: Output },
  query: string,
  { limit, explain, expand, why, asGrant, tokens, ...filters }: SearchOptions,
): Promise<void> {
  const body = {
    query,
    limit,
    explain,
    expand,
    ...(why ? { whyNot: why } : {}),
    ...(asGrant ? { asGrants: asGrant } : {}),
    ...(tokens ? { tokenBudget: tokens } : {}),
    ...filterOf(filters),
  };
  const result = await client.post<SearchResult>('/v1/search', body);
  for (const { step, degradedTo, cause } of result.steps ?? [])
    if (degradedTo !== undefined) output.note(`note: ${step} fell back to ${degradedTo} (${cause})`);
  const isFiltered = Object.keys(filterOf(filters)).length > 0;
  output.result(result, (found) => describeResult(output, found, isFiltered));
}

function describeResult(
  output: Output,
  { passages, expansion, steps, dropped = [], whyNot }: SearchResult,
  isFiltered: boolean,
): string {
  const parts = passages.map((passage, index) => describePassage(output, passage, index));
  if (parts.length === 0)
    parts.push(
      isFiltered
        ? 'Nothing found among the documents that match the filter. `footnote documents list` shows sources and tags.'
        : 'Nothing found. Add documents with: footnote ingest <file, folder or URL>',
    );
  if (expansion) parts.unshift(expansionWords(expansion));
  if (dropped.length > 0) parts.push(describeDropped(output, dropped));
  if (steps?.some(({ milliseconds }) => milliseconds !== undefined)) parts.push(describeTimes(output, steps));
  if (whyNot) parts.push(describeAbsence(output, whyNot));
  return parts.join('\n\n');
}

function describePassage({ style }: Output, passage: FoundPassage, index: number): string {
  const { title, headingPath, score, documentId, uri, alsoIn, supersededBy } = passage;
  const path = [title, ...headingPath.filter((heading) => heading !== title)].join(' › ');
  const lines = [
    `${style.accent(String(index + 1))}. ${style.bold(path)}  ${score.toFixed(3)}`,
    `   ${shorten(passage.text)}`,
    style.dim(`   ${documentId}${uri ? `  ${uri}` : ''}`),
  ];
  if (supersededBy) lines.push(`   superseded by ${supersededBy.documentId ?? supersededBy.reference}`);
  if (alsoIn)
    lines.push(
      `   also in ${alsoIn.map((other) => `${other.title}${other.versionTag ? ` ${other.versionTag}` : ''} (${other.documentId})`).join(', ')}`,
    );
  return [...lines, ...describeScores(passage)].join('\n');
}

/** The lines of `--explain`, their names in one column. */
function describeScores({ steps, dense, sparse, explanation }: FoundPassage): string[] {
  if (!steps) return [];
  const lines: [string, string][] = [
    ['score', steps.map(({ step, score }) => `${step} ${score.toFixed(3)}`).join(' → ')],
    ...steps.flatMap(describeContributions),
    ...steps.flatMap(describeWeights),
    ['meaning', dense === null || dense === undefined ? 'no vector yet' : `cosine ${dense.toFixed(3)}`],
    ['words', `BM25 ${(sparse ?? 0).toFixed(2)}${explanation ? describeTerms(explanation) : ''}`],
  ];
  const window = explanation?.window;
  if (window)
    lines.push([
      'window',
      `“${shorten(window.text)}” ${window.coverage > 0 ? `(${percent(window.coverage)} of the question's words, by weight)` : '(by meaning alone)'}`,
    ]);
  return lines.map(([name, value]) => `     ${name.padEnd(9)}${value}`);
}

/** What moved the score most at a step; the rest, and what is the same for every passage, is in the JSON. */
function describeContributions({ step, contributions = {} }: StepScore): [string, string][] {
  const added = Object.entries(contributions)
    .filter(([name, value]) => name !== 'intercept' && Math.abs(value) >= 0.0005)
    .sort(([, one], [, other]) => Math.abs(other) - Math.abs(one));
  if (added.length === 0) return [];
  const shown = added
    .slice(0, contributionsShown)
    .map(
      ([name, value]) => `${name} ${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(Math.abs(value) < 0.1 ? 3 : 2)}`,
    );
  const more = added.length > contributionsShown ? [`and ${added.length - contributionsShown} more`] : [];
  return [[step, [...shown, ...more].join(', ')]];
}

function describeWeights({ weights, fittedAt = '' }: StepScore): [string, string][] {
  return weights === undefined ? [] : [['weights', `${weights}, fitted ${fittedAt.slice(0, 'yyyy-mm-dd'.length)}`]];
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > textShown ? `${line.slice(0, textShown - 1)}…` : line;
}

function describeTerms({ terms, missing }: PassageExplanation): string {
  const matched = terms.slice(0, termsShown).map(({ term, share }) => `${term} ${percent(share)}`);
  const lacking = missing.slice(0, termsShown).map(({ term }) => term);
  return [
    matched.length > 0 ? `: ${matched.join(', ')}` : '',
    lacking.length > 0 ? `; lacks ${lacking.join(', ')}` : '',
  ].join('');
}

function describeDropped({ style }: Output, dropped: NonNullable<SearchResult['dropped']>): string {
  const lines = dropped.slice(0, droppedShown).map(({ title, step, detail }) => `   ${step}: ${title}. ${detail}`);
  const more = dropped.length > droppedShown ? [`   and ${dropped.length - droppedShown} more`] : [];
  return [style.bold('Taken out after they were found'), ...lines, ...more].join('\n');
}

function describeTimes({ style }: Output, steps: readonly StepTime[]): string {
  const times = steps.flatMap(({ step, milliseconds }) =>
    milliseconds === undefined ? [] : [`${step} ${milliseconds.toFixed(1)}`],
  );
  return `${style.bold('Milliseconds')}  ${times.join(' · ')}`;
}

function describeAbsence({ style }: Output, { title, documentId, step, detail }: Absence): string {
  const name = `${style.bold(title || documentId)} ${style.dim(documentId)}`;
  return step === 'none'
    ? `${name}\n   ${detail}`
    : `${name}\n   not shown, because of ${style.accent(step)}: ${detail}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** What a reader needs to know of another wording, and how to refuse it. */
export function expansionWords({ original, searched }: { original: string; searched: string }): string {
  return `Showing results for “${searched}”. Only for “${original}”: add --no-expand`;
}
