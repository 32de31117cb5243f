import type { DocumentId } from '../domain/ids.ts';
import { compareVersions, documentVersion, isVersion, versionsNamed } from './document-version.ts';
import type { RankStage } from './rank-stage.ts';
import type { ScoredPassage } from './retrieve.ts';

export interface BoostOptions {
  /** Days after which a document has lost half of what freshness can take; null: age does not count. */
  readonly freshnessHalfLifeDays: number | null;
}

/** What age takes from a score at most: a tenth, so that it decides between passages that are about as relevant. */
const freshnessShare = 0.1;
/** What the oldest of the versions found loses; the newest, and what has no version, lose nothing. */
const versionShare = 0.05;
/** What another version loses when the question names one. */
const otherVersionShare = 0.25;
/** A superseded passage is below its successor's best by this share. */
const supersededShare = 0.001;
const dayMilliseconds = 86_400_000;

interface BoostContext extends BoostOptions {
  readonly question: string;
  readonly now: Date;
}

interface Boost {
  readonly name: 'freshness' | 'version' | 'superseded';
  /** What the score is multiplied by, in (0, 1]. */
  factorOf(passage: ScoredPassage): number;
}

/** Prefers newer documents, the newest or named product version, and what supersedes to what is superseded. */
export function createBoostStage(options: BoostOptions): RankStage {
  return {
    name: 'boost',
    run: async (passages, { input, now }) => ({
      passages: boostPassages(passages, { ...options, question: input.queries[0] ?? '', now }),
    }),
  };
}

/**
 * Small bounded factors on the scores; each shows in the passage's steps. Passages without a version (`documentVersion`) and without the tags
 * `supersededBy` or `superseded` keep their scores and their order, unless a half-life is set.
 */
export function boostPassages(passages: readonly ScoredPassage[], context: BoostContext): readonly ScoredPassage[] {
  const boosts = [freshness(context), version(passages, context.question)];
  const boosted = passages.map((passage) =>
    applyBoosts(
      passage,
      boosts.filter((boost) => boost !== null),
    ),
  );
  const settled = sinkSuperseded(boosted, context.question);
  if (settled.every((passage, index) => passage === passages[index])) return passages;
  return settled.toSorted((one, other) => other.score - one.score);
}

function applyBoosts(passage: ScoredPassage, boosts: readonly Boost[]): ScoredPassage {
  let { score } = passage;
  const contributions: Record<string, number> = {};
  for (const { name, factorOf } of boosts) {
    const change = score * (factorOf(passage) - 1);
    if (change === 0) continue;
    contributions[name] = change;
    score += change;
  }
  return score === passage.score ? passage : withStep(passage, score, contributions);
}

/** 1 - 0.1 (1 - 2^(-age / half-life)): exponential decay with a floor. */
function freshness({ freshnessHalfLifeDays: halfLife, now }: BoostContext): Boost | null {
  if (halfLife === null) return null;
  return {
    name: 'freshness',
    factorOf({ updatedAt }) {
      const days = Math.max(0, now.getTime() - Date.parse(updatedAt)) / dayMilliseconds;
      return 1 - freshnessShare * (1 - 2 ** (-days / halfLife));
    },
  };
}

/** The versions of what was found in their order, or the one that the question names. */
function version(passages: readonly ScoredPassage[], question: string): Boost | null {
  const versions = new Map(passages.map((passage) => [passage.documentId, documentVersion(passage)]));
  const found = new Set([...versions.values()].filter((one) => one !== null));
  if (found.size === 0) return null;
  const factors = factorsOf([...found], versionsNamed(question));
  return { name: 'version', factorOf: ({ documentId }) => factors.get(versions.get(documentId) ?? '') ?? 1 };
}

function factorsOf(versions: readonly string[], asked: readonly string[]): Map<string, number> {
  const isNamed = (one: string) => asked.some((name) => isVersion(one, name));
  if (versions.some(isNamed)) return new Map(versions.map((one) => [one, isNamed(one) ? 1 : 1 - otherVersionShare]));
  const newestFirst = versions.toSorted((one, other) => compareVersions(other, one));
  const steps = Math.max(1, newestFirst.length - 1);
  return new Map(newestFirst.map((one, place) => [one, 1 - versionShare * (place / steps)]));
}

/** Marks what its tags call superseded, and puts it below its successor where both were found, unless the question names it. */
function sinkSuperseded(passages: readonly ScoredPassage[], question: string): ScoredPassage[] {
  const successors = successorsOf(passages);
  if (successors.size === 0) return [...passages];
  const bestOf = new Map<DocumentId, { readonly score: number; readonly title: string }>();
  for (const { documentId, score, title } of passages)
    if (score > (bestOf.get(documentId)?.score ?? -1)) bestOf.set(documentId, { score, title });
  return passages.map((passage) => {
    const supersededBy = successors.get(passage.documentId);
    if (!supersededBy) return passage;
    const marked = { ...passage, supersededBy };
    const successor = bestOf.get(supersededBy.documentId ?? passage.documentId);
    if (supersededBy.documentId === null || !successor || isNamed(passage, successor.title, question)) return marked;
    const highest = successor.score * (1 - supersededShare);
    if (passage.score <= highest) return marked;
    return withStep(marked, highest, { superseded: highest - passage.score });
  });
}

type SupersededBy = NonNullable<ScoredPassage['supersededBy']>;

/** By document: what it is superseded by. A chain ends at its last document that was found; a circle is no order. */
function successorsOf(passages: readonly ScoredPassage[]): Map<DocumentId, SupersededBy> {
  const byName = new Map<string, ScoredPassage>();
  for (const passage of passages) {
    byName.set(passage.externalId, passage);
    if (passage.uri !== null) byName.set(passage.uri, passage);
  }
  const successors = new Map<DocumentId, SupersededBy>();
  for (const passage of passages) {
    const reference = referenceOf(passage);
    if (reference === null || successors.has(passage.documentId)) continue;
    const last = followChain(passage, byName);
    successors.set(passage.documentId, { reference, documentId: last === passage ? null : (last?.documentId ?? null) });
  }
  return successors;
}

function followChain(first: ScoredPassage, byName: ReadonlyMap<string, ScoredPassage>): ScoredPassage | null {
  const seen = new Set<DocumentId>();
  let last = first;
  for (;;) {
    if (seen.has(last.documentId)) return null;
    seen.add(last.documentId);
    const next = byName.get(referenceOf(last) ?? '');
    if (!next) return last;
    last = next;
  }
}

function referenceOf({ tags }: ScoredPassage): string | null {
  return tags.supersededBy || tags.superseded || null;
}

/** By its external id, its version, or the words of its title that its successor's lacks. */
function isNamed(passage: ScoredPassage, successor: string, question: string): boolean {
  const { title, externalId } = passage;
  const own = documentVersion(passage);
  if (own !== null && versionsNamed(question).some((name) => isVersion(own, name))) return true;
  if (externalId.length > 2 && question.toLowerCase().includes(externalId.toLowerCase())) return true;
  const distinct = wordsOf(title).difference(wordsOf(successor));
  return distinct.size > 0 && distinct.isSubsetOf(wordsOf(question));
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function withStep(
  passage: ScoredPassage,
  score: number,
  contributions: Readonly<Record<string, number>>,
): ScoredPassage {
  const last = passage.steps.at(-1);
  const before = last?.step === 'boost' ? passage.steps.slice(0, -1) : passage.steps;
  const all = last?.step === 'boost' ? { ...last.contributions, ...contributions } : contributions;
  return { ...passage, score, steps: [...before, { step: 'boost', score, contributions: all }] };
}
