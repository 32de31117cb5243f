import type { PassageId } from '../../../domain/ids.ts';
import type { Passage } from '../../../domain/passage.ts';
import type { ReviewedAnswer } from '../../../domain/reviewed.ts';
import { createTextMemory } from '../../../domain/text-memory.ts';
import { passagesWithWindows, type StoredPassage } from '../../documents.ts';
import type { BindValue } from './filter-condition.ts';
import { type WindowColumns, windowsOfPassages, withWindows } from './window-rows.ts';

/** What may change while the mark stays the same: each question reads it. */
interface Fresh {
  readonly updatedAt: string;
  readonly reviewed: ReviewedAnswer | null;
}

type Settled = Omit<StoredPassage, keyof Fresh>;

interface Remembered {
  /** Of its document as it was read, its text, and the embedder that made its windows. */
  readonly mark: string;
  readonly passage: Settled;
}

type SettledRow = Omit<Passage, 'id' | keyof Fresh | 'statedVersion'> &
  WindowColumns & { readonly statedVersion: string | null };

/** The settled columns are null where what was offered is still right. */
type Row = Fresh & { readonly id: PassageId; readonly mark: string } & (
    | SettledRow
    | { readonly [Column in keyof SettledRow]: null }
  );

interface OfferedPassages {
  /** A row for each passage that is current: `passages p`, `documents d`, and what of them is not known. $1 is the tenant. */
  readonly from: string;
  /** Beside the columns of `Fresh`, for `read`. */
  readonly columns: string;
  read(rows: readonly Row[]): StoredPassage[];
}

export interface RememberedPassages {
  /** For one statement: which passages are known already. The rows of the statement decide which of them are still right. */
  offer(ids: readonly PassageId[], bind: BindValue): OfferedPassages;
}

const mostBytes = 32_000_000;
/** Of an entry and of a window, beside their characters and vectors. */
const overheadBytes = 600;
const overheadOfWindow = 200;
const currentMark = `d.generation || ' ' || p.embedding_hash || ' ' || coalesce((select embedder from active_embedder), '')`;

const settledColumns = `p.document_id as "documentId", p.version, p.ordinal, p.start_offset as start, p.end_offset as end, p.page, p.cells,
  p.text, p.heading_path as "headingPath", d.external_id as "externalId", d.title, d.uri, d.tags, d.language,
  d.stated_version as "statedVersion", e.windows, octet_length(e.vector) as "vectorBytes"`;

/**
 * Passages that were read lately, with their windows, up to 32 MB in the process, because good passages come again. They do not say what exists
 * or who may read it: each question reads that, and the mark of document, text and embedder, from the database, and gets those that it names.
 */
export function createRememberedPassages(): RememberedPassages {
  const remembered = createTextMemory<PassageId, Remembered>({ maxSize: mostBytes, sizeCalculation: bytesOf });
  return {
    offer(ids, bind) {
      // Those behind come without windows, known or not.
      const offered = new Map(ids.slice(0, passagesWithWindows).map((id) => [id, remembered.get(id)]));
      const marks = ids.map((id) => offered.get(id)?.mark ?? null);
      return {
        // Looked up one by one, and nothing of what is known: without fresh statistics a plain join compares all with all.
        from: `unnest(${bind(ids)}::text[], ${bind(marks)}::text[]) with ordinality as asked (id, mark, place)
          cross join lateral (select * from passages where tenant_id = $1 and id = asked.id limit 1) p
          cross join lateral (
            select * from documents where tenant_id = $1 and id = p.document_id and current_version = p.version limit 1) d
          left join lateral (
            select ${settledColumns}
            from (select) as this ${windowsOfPassages} and asked.place <= ${passagesWithWindows}
            where asked.mark is distinct from ${currentMark} offset 0) settled on true`,
        columns: `${currentMark} as mark, settled.*`,
        read: (rows) =>
          rows.map(({ mark, updatedAt, reviewed, ...row }) => {
            const passage = row.text === null ? offered.get(row.id)?.passage : settle(row);
            if (!passage) throw new RangeError('A statement left out a passage that was not offered.');
            if (row.windows !== null) remembered.set(row.id, { mark, passage });
            return { ...passage, updatedAt, ...(reviewed ? { reviewed } : {}) };
          }),
      };
    },
  };
}

/** Most files say nothing of a version. */
function settle({ statedVersion, ...row }: SettledRow & { readonly id: PassageId }): Settled {
  return { ...withWindows(row), ...(statedVersion ? { statedVersion } : {}) };
}

/** Two bytes a character; the vectors of a passage's windows share one buffer. */
function bytesOf({ passage: { text, headingPath, windows } }: Remembered): number {
  const characters = headingPath.reduce((sum, heading) => sum + heading.length, text.length);
  const vectors = windows.reduce((sum, { vector }) => sum + vector.length + overheadOfWindow, 0);
  return overheadBytes + 2 * characters + vectors;
}
