import type { EvalCase } from '../case.ts';

/** What a case shares with others, so that they are not independent: its cluster, or the question of which it is a paraphrase; null where it shares nothing. */
export function clusterOf({ cluster, paraphrase_of }: Pick<EvalCase, 'cluster' | 'paraphrase_of'>): string | null {
  if (cluster !== undefined) return `cluster ${cluster}`;
  return paraphrase_of === undefined ? null : `paraphrase ${paraphrase_of}`;
}
