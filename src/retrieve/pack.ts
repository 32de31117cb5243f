import type { CountTokens } from '../models/embedder.ts';
import type { ScoredPassage } from './retrieve.ts';

/** Share of common words above which two passages with the same numbers say the same. */
const sameWords = 0.9;

/**
 * The best passages that say different things and fit the budget together, in tokens; at least one. Passages that follow each other in a
 * document stand together, in reading order, at the place of the better one. Near-duplicates that differ in a number are both kept:
 * they may contradict each other.
 */
export function pack(
  ranked: readonly ScoredPassage[],
  { limit, tokenBudget, countTokens }: { limit: number; tokenBudget: number; countTokens: CountTokens },
): ScoredPassage[] {
  const chosen: { passage: ScoredPassage; profile: Profile }[] = [];
  let left = tokenBudget;
  for (const passage of ranked) {
    if (chosen.length >= limit) break;
    const profile = profileOf(passage.text);
    if (chosen.some((other) => saysTheSame(other.profile, profile))) continue;
    const tokens = countTokens(passage.text);
    if (tokens > left && chosen.length > 0) continue;
    left -= tokens;
    chosen.push({ passage, profile });
  }
  return joinNeighbours(chosen.map(({ passage }) => passage));
}

interface Profile {
  readonly words: ReadonlySet<string>;
  readonly numbers: string;
}

function profileOf(text: string): Profile {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return { words: new Set(words), numbers: words.filter((word) => /\p{N}/u.test(word)).join(' ') };
}

/** Jaccard similarity of the words, and the same numbers in the same order. */
function saysTheSame(one: Profile, other: Profile): boolean {
  if (one.numbers !== other.numbers) return false;
  const common = one.words.intersection(other.words).size;
  return common >= sameWords * (one.words.size + other.words.size - common);
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
