import type { PassageId } from '../domain/ids.ts';
import type { CountTokens } from '../models/embedder.ts';
import type { DroppedPassage, ScoredPassage } from './retrieve.ts';

export interface PackOptions {
  readonly limit: number;
  /** Tokens that all passages may have together. */
  readonly tokenBudget: number;
  readonly countTokens: CountTokens;
  /** Has its place before the others; left out: the rank alone decides. */
  readonly first?: ReadonlySet<PassageId>;
}

export interface Packed {
  readonly passages: readonly ScoredPassage[];
  /** What the budget had no room for, among what ranks above the last passage that was taken. */
  readonly dropped: readonly DroppedPassage[];
}

/**
 * The best passages that fit the budget together; at least one. Passages that follow each other in a document stand together, in reading
 * order, at the place of the better one.
 */
export function pack(
  ranked: readonly ScoredPassage[],
  { limit, tokenBudget, countTokens, first = new Set() }: PackOptions,
): Packed {
  const chosen = new Set<ScoredPassage>();
  const dropped: DroppedPassage[] = [];
  let left = tokenBudget;
  const isFirst = ({ id }: ScoredPassage) => first.has(id);
  for (const passage of [...ranked.filter(isFirst), ...ranked.filter((passage) => !isFirst(passage))]) {
    if (chosen.size >= limit) break;
    const tokens = countTokens(passage.text);
    if (tokens > left && chosen.size > 0) {
      dropped.push(describeCut(passage, { tokens, left, tokenBudget }));
      continue;
    }
    left -= tokens;
    chosen.add(passage);
  }
  return { passages: joinNeighbours(ranked.filter((passage) => chosen.has(passage))), dropped };
}

function describeCut(
  passage: ScoredPassage,
  { tokens, left, tokenBudget }: { tokens: number; left: number; tokenBudget: number },
): DroppedPassage {
  const detail = `Its passage has ${tokens} tokens; of the ${tokenBudget} that all may have, ${Math.max(0, left)} were left.`;
  return { passage, step: 'pack', detail };
}

function joinNeighbours(passages: readonly ScoredPassage[]): ScoredPassage[] {
  const joined: ScoredPassage[][] = [];
  for (const passage of passages) {
    const run = joined.find((other) => touches(other, passage));
    if (!run) joined.push([passage]);
    else if (passage.ordinal < (run[0]?.ordinal ?? 0)) run.unshift(passage);
    else run.push(passage);
  }
  return joined.flat();
}

/** `run` ascends without gaps. */
function touches(run: readonly ScoredPassage[], { documentId, version, ordinal }: ScoredPassage): boolean {
  const first = run[0];
  const last = run.at(-1);
  if (first?.documentId !== documentId || first.version !== version || !last) return false;
  return ordinal === first.ordinal - 1 || ordinal === last.ordinal + 1;
}
