import type { RankedPassage } from '../domain/passage.ts';
import type { Client } from './client.ts';
import { type FilterOptions, filterOf } from './filter-option.ts';
import type { Output } from './output.ts';

interface SearchResult {
  readonly passages: readonly (RankedPassage & { readonly dense?: number | null; readonly sparse?: number | null })[];
  readonly steps?: readonly object[];
  readonly whyNot?: { readonly step: string; readonly detail: string };
}

export async function search(
  { client, output }: { client: Client; output: Output },
  query: string,
  options: FilterOptions & { limit: string; explain: boolean; why?: string | undefined },
): Promise<void> {
  const body = {
    query,
    limit: Number(options.limit),
    explain: options.explain,
    ...(options.why ? { whyNot: options.why } : {}),
    ...filterOf(options),
  };
  const result = await client.post<SearchResult>('/v1/search', body);
  output.result(result, ({ passages, whyNot }) => {
    const found = passages.map((passage, index) => describe(output, passage, index, options.explain));
    if (whyNot) found.push(`${options.why}: ${whyNot.step}: ${whyNot.detail}`);
    return found.length > 0
      ? found.join('\n\n')
      : 'Nothing found. Add documents with: footnote ingest <file, folder or URL>';
  });
}

function describe(output: Output, passage: SearchResult['passages'][number], index: number, explain: boolean): string {
  const path = [passage.title, ...passage.headingPath.filter((heading) => heading !== passage.title)].join(' › ');
  const scores = explain
    ? ` (dense ${passage.dense?.toFixed(3) ?? 'none'}, words ${passage.sparse?.toFixed(2) ?? 'none'})`
    : '';
  const text = passage.text.replace(/\s+/g, ' ');
  return [
    `${output.style.accent(String(index + 1))}. ${output.style.bold(path)}  ${passage.score.toFixed(3)}${scores}`,
    `   ${text.length > 300 ? `${text.slice(0, 299)}…` : text}`,
    output.style.dim(`   ${passage.documentId}${passage.uri ? `  ${passage.uri}` : ''}`),
  ].join('\n');
}
