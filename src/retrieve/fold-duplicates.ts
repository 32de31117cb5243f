import { documentVersion, versionsNamed } from './document-version.ts';
import { profileOf, saysTheSame, type TextProfile } from './near-duplicates.ts';
import type { RankStage } from './rank-stage.ts';
import type { AlsoIn, DroppedPassage, ScoredPassage } from './retrieve.ts';

interface Kept {
  readonly passage: ScoredPassage;
  readonly profile: TextProfile;
  readonly alsoIn: AlsoIn[];
}

/**
 * Folds passages that say the same into the best of them, which names the other documents. Two versions of a document whose texts differ in
 * their own version number alone are one, unless the question names a version: then that number is what it is about.
 */
export function createFoldStage(): RankStage {
  return {
    name: 'fold',
    countLeft: (passages, { queries, limit }) =>
      fold(passages, { question: queries[0] ?? '', enough: limit }).kept.length,
    run: async (passages, { input }) => foldDuplicates(passages, input.queries[0] ?? ''),
  };
}

export function foldDuplicates(
  passages: readonly ScoredPassage[],
  question: string,
): { passages: ScoredPassage[]; dropped: DroppedPassage[] } {
  const { kept, dropped } = fold(passages, { question, enough: passages.length });
  return { passages: kept.map(withAlsoIn), dropped };
}

/** Stops as soon as `enough` different passages are found. */
function fold(
  passages: readonly ScoredPassage[],
  { question, enough }: { question: string; enough: number },
): { kept: Kept[]; dropped: DroppedPassage[] } {
  const versionsMatter = versionsNamed(question).length > 0;
  const kept: Kept[] = [];
  const dropped: DroppedPassage[] = [];
  for (const passage of passages) {
    if (kept.length >= enough) break;
    const profile = profileOf(passage.text, documentVersion(passage));
    const same = kept.find((other) => saysTheSame(other.profile, profile, { versionsMatter }));
    if (!same) {
      kept.push({ passage, profile, alsoIn: [...(passage.alsoIn ?? [])] });
      continue;
    }
    addDocument(same, passage);
    dropped.push(describeFolded(passage, same.passage));
  }
  return { kept, dropped };
}

function addDocument({ passage: shown, alsoIn }: Kept, passage: ScoredPassage): void {
  const { documentId, title, uri, version } = passage;
  if (documentId === shown.documentId || alsoIn.some((known) => known.documentId === documentId)) return;
  alsoIn.push({ documentId, title, uri, version, versionTag: documentVersion(passage) });
}

function describeFolded(passage: ScoredPassage, into: ScoredPassage): DroppedPassage {
  return {
    passage,
    step: 'fold',
    detail: `Its passage says the same as one of ${into.title} (${into.documentId}), which ranks above it.`,
    foldedInto: { id: into.id, documentId: into.documentId, title: into.title },
  };
}

function withAlsoIn({ passage, alsoIn }: Kept): ScoredPassage {
  return alsoIn.length === 0 ? passage : { ...passage, alsoIn };
}
