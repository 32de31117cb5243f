import type { PassageId } from '../domain/ids.ts';
import type { CountTokens } from '../models/embedder.ts';
import { cutPassage, windowsToPack } from './cut-passage.ts';
import type { DroppedPassage, ScoredPassage, WindowShare } from './retrieve.ts';

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

/** What is taken of a passage. */
interface Taken {
  /** Of its windows, `last` inclusive. */
  readonly first: number;
  readonly last: number;
  readonly tokens: number;
}

/**
 * The best windows of sentences that fit the budget together, of each passage one stretch around its best window; at least one passage. A
 * window is worth its passage's score times its share of the best window; a passage without windows is taken whole or not at all. Passages
 * that follow each other in a document stand together, in reading order, at the place of the better one.
 */
export function pack(ranked: readonly ScoredPassage[], options: PackOptions): Packed {
  const whole = takeWhole(ranked, options);
  if (whole) return { passages: joinNeighbours(whole), dropped: [] };
  const { taken, dropped } = takeWindows(ranked, options);
  const chosen = ranked.flatMap((passage) => {
    const part = taken.get(passage);
    return part ? cutPassage(passage, part) : [];
  });
  return { passages: joinNeighbours(chosen), dropped };
}

/** What the limit leaves, where all of it has room; else null. */
function takeWhole(
  ranked: readonly ScoredPassage[],
  { limit, tokenBudget, countTokens, first = new Set() }: PackOptions,
): readonly ScoredPassage[] | null {
  const leads = ranked.filter(({ id }) => first.has(id));
  const others = ranked.filter(({ id }) => !first.has(id));
  const chosen = new Set([...leads, ...others].slice(0, limit));
  let left = tokenBudget;
  for (const { text } of chosen) {
    left -= countTokens(text);
    if (left < 0) return null;
  }
  return ranked.filter((passage) => chosen.has(passage));
}

function takeWindows(
  ranked: readonly ScoredPassage[],
  { limit, tokenBudget, countTokens, first = new Set() }: PackOptions,
) {
  const taken = new Map<ScoredPassage, Taken>();
  const dropped: DroppedPassage[] = [];
  let left = tokenBudget;
  for (const { passage, windows, index, isBest } of inOrderOfValue(ranked, first)) {
    const before = taken.get(passage);
    if (before ? index >= before.first && index <= before.last : !isBest || taken.size >= limit) continue;
    const [from, to] = [Math.min(index, before?.first ?? index), Math.max(index, before?.last ?? index)];
    const tokens = countTokens(passage.text.slice(windows[from]?.start, windows[to]?.end));
    const added = tokens - (before?.tokens ?? 0);
    if (added <= left || taken.size === 0) {
      left -= added;
      taken.set(passage, { first: from, last: to, tokens });
    } else if (!before) dropped.push(describeCut(passage, { windows, tokens, left, tokenBudget }));
  }
  return { taken, dropped };
}

/** A window of a passage with what it is worth. */
interface PricedWindow {
  readonly passage: ScoredPassage;
  readonly windows: readonly WindowShare[];
  readonly index: number;
  /** What a passage is opened with. */
  readonly isBest: boolean;
  readonly value: number;
}

/** The best windows of what comes first, in rank order, then all others by value; the order of the rank where values are alike. */
function inOrderOfValue(ranked: readonly ScoredPassage[], first: ReadonlySet<PassageId>): PricedWindow[] {
  let price = Number.POSITIVE_INFINITY;
  const priced = ranked.flatMap((passage) => {
    // No passage is worth more than one above it: evidence of a part is ranked above its score.
    price = Math.min(price, passage.score);
    const windows = windowsToPack(passage);
    const shares = windows.map(({ share }) => share);
    const best = shares.indexOf(Math.max(...shares));
    return shares.map((share, index): PricedWindow => {
      const isBest = index === best;
      return { passage, windows, index, isBest, value: isBest ? price : price * share };
    });
  });
  const leads = ({ passage, isBest }: PricedWindow) => isBest && first.has(passage.id);
  const others = priced.filter((window) => !leads(window)).sort((one, other) => other.value - one.value);
  return [...priced.filter(leads), ...others];
}

interface Shortage extends Pick<PricedWindow, 'windows'> {
  readonly tokens: number;
  readonly left: number;
  readonly tokenBudget: number;
}

function describeCut(passage: ScoredPassage, { windows, tokens, left, tokenBudget }: Shortage): DroppedPassage {
  const what = windows.length > 1 ? 'Its best sentences have' : 'Its passage has';
  const detail = `${what} ${tokens} tokens; of the ${tokenBudget} that all may have, ${Math.max(0, left)} were left.`;
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
