import { type DocumentId, isId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Retrieval, ScoredPassage } from '../../retrieve/retrieve.ts';
import type { AnswerRecord } from '../../store/answers.ts';
import type { DocumentStore } from '../../store/documents.ts';

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
  documents: Pick<DocumentStore, 'get' | 'content'>,
  { principal, passages: recorded, answeredAt }: RecordedSourcesInput,
): Promise<RecordedSources> {
  const versionOf = createVersionReader(documents, principal);
  const read = await Promise.all(recorded.map(async (passage) => ({ passage, version: await versionOf(passage) })));
  const overtaken = read.flatMap(({ passage, version }) =>
    version?.isCurrent === false ? restore(passage, version.text) : [],
  );
  const versions = new Map<string, number>(recorded.map(({ documentId, version }) => [documentId, version]));
  const wasThere = ({ documentId, version, updatedAt }: ScoredPassage) =>
    versions.has(documentId) ? versions.get(documentId) === version : Date.parse(updatedAt) <= Date.parse(answeredAt);
  return {
    gone: read.flatMap(({ passage, version }) => (version ? [] : [passage])),
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

interface KeptVersion {
  readonly text: string;
  /** Whether it is the one that is searched. */
  readonly isCurrent: boolean;
}

/** Reads each version once; null for one that is not kept, and for a document that is not the reader's to see. */
function createVersionReader(documents: Pick<DocumentStore, 'get' | 'content'>, principal: Principal) {
  const versions = new Map<string, Promise<KeptVersion | null>>();
  const read = async (id: DocumentId, version: number): Promise<KeptVersion | null> => {
    const [document, content] = await Promise.all([
      documents.get(principal, id),
      documents.content(principal, id, version),
    ]);
    return document && content ? { text: content.text, isCurrent: document.version === version } : null;
  };
  return async ({ documentId, version }: RecordedPassage): Promise<KeptVersion | null> => {
    if (!isId('document', documentId)) return null;
    const key = `${documentId} ${version}`;
    const known = versions.get(key) ?? read(documentId, version);
    versions.set(key, known);
    return await known;
  };
}

/** A passage of a version that the present search cannot find. */
function restore({ source, ...recorded }: RecordedPassage, content: string): ScoredPassage[] {
  const { id, documentId, version, score, dense, sparse } = recorded;
  if (!source || !isId('passage', id) || !isId('document', documentId)) return [];
  const text = content.slice(source.start, source.end);
  const steps = [{ step: 'recorded' as const, score }];
  return [{ ...source, cells: null, id, documentId, version, text, score, dense, sparse, steps }];
}

/** The others keep their order, in which neighbours stand together. */
function insertByScore(passages: readonly ScoredPassage[], added: ScoredPassage): ScoredPassage[] {
  const place = passages.findIndex(({ score }) => score < added.score);
  return place < 0 ? [...passages, added] : passages.toSpliced(place, 0, added);
}
