import { isId, type PassageId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Retrieval, ScoredPassage } from '../../retrieve/retrieve.ts';
import type { AnswerRecord } from '../../store/answers.ts';
import type { DocumentStore, KeptPassage } from '../../store/documents.ts';

export type RecordedPassage = AnswerRecord['passages'][number];

export interface RecordedSources {
  /** Puts the versions that the answer was read from in the place of newer ones, and takes out what came later. */
  readonly sources: (found: Retrieval) => Promise<Retrieval>;
  /** Recorded passages that are not kept any more, or not the reader's to see. */
  readonly gone: readonly RecordedPassage[];
}

interface RecordedSourcesInput {
  readonly principal: Principal;
  readonly passages: readonly RecordedPassage[];
  /** ISO 8601. */
  readonly answeredAt: string;
}

/**
 * The sources of a recorded answer. A passage that the present search finds counts where its document was recorded in that
 * version, or was not recorded and has not changed since the answer. What was recorded of overtaken versions is read back, with the scores it had.
 */
export async function openRecordedSources(
  documents: Pick<DocumentStore, 'readKeptPassages'>,
  { principal, passages: recorded, answeredAt }: RecordedSourcesInput,
): Promise<RecordedSources> {
  const ids = recorded.flatMap(({ id }): PassageId[] => (isId('passage', id) ? [id] : []));
  const kept = new Map<string, KeptPassage>(
    (await documents.readKeptPassages(principal, ids)).map((passage) => [passage.id, passage]),
  );
  const overtaken = recorded.flatMap((passage) => restore(passage, kept.get(passage.id)));
  const versions = new Map<string, number>(recorded.map(({ documentId, version }) => [documentId, version]));
  const wasThere = ({ documentId, version, updatedAt }: ScoredPassage) =>
    versions.has(documentId) ? versions.get(documentId) === version : Date.parse(updatedAt) <= Date.parse(answeredAt);
  return {
    gone: recorded.filter(({ id }) => !kept.has(id)),
    async sources(found) {
      const present = found.passages.filter(wasThere);
      if (present.length === found.passages.length && overtaken.length === 0) return found;
      const passages = overtaken.reduce(insertByScore, present);
      // What pushed others out was not there then: the next ones come in.
      const known = new Set(passages.map(({ id }) => id));
      const next = found.ranked.filter((passage) => wasThere(passage) && !known.has(passage.id));
      const wanted = Math.max(found.passages.length, recorded.length);
      return { ...found, passages: [...passages, ...next].slice(0, wanted) };
    },
  };
}

/** A recorded passage of a version that the present search cannot find. */
function restore({ score, dense, sparse }: RecordedPassage, kept: KeptPassage | undefined): ScoredPassage[] {
  if (!kept || kept.isCurrent) return [];
  const { isCurrent: _isCurrent, ...passage } = kept;
  return [{ ...passage, score, dense, sparse, steps: [{ step: 'recorded', score }] }];
}

/** The others keep their order, in which neighbours stand together. */
function insertByScore(passages: readonly ScoredPassage[], added: ScoredPassage): ScoredPassage[] {
  const place = passages.findIndex(({ score }) => score < added.score);
  return place < 0 ? [...passages, added] : passages.toSpliced(place, 0, added);
}
