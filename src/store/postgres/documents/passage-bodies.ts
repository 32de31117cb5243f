import type { PassageId } from '../../../domain/ids.ts';
import type { Passage } from '../../../domain/passage.ts';
import { createTextMemory } from '../../../domain/text-memory.ts';
import type { PassageWindow, StoredPassage } from '../../documents.ts';
import type { BindValue } from './filter-condition.ts';
import { type WindowColumns, withWindows } from './window-rows.ts';

/** The heavy part of a passage. */
interface PassageBody {
  /** Of its text and of the embedder that made its windows. */
  readonly mark: string;
  readonly text: string;
  readonly headingPath: readonly string[];
  readonly windows: readonly PassageWindow[];
}

type Row = Omit<Passage, 'text' | 'headingPath'> &
  WindowColumns & {
    /** Null for a passage without windows, and for one whose windows were not asked for. */
    readonly mark: string | null;
    /** Both null where the body that was offered is still the right one. */
    readonly text: string | null;
    readonly headingPath: readonly string[] | null;
  };

interface OfferedBodies {
  /** Columns of `passages p` and `embeddings e`, for `read`. */
  readonly columns: string;
  /** To join after them. */
  readonly join: string;
  read(rows: readonly Row[]): StoredPassage[];
}

export interface PassageBodies {
  /** For one statement: which bodies are known already. The rows of the statement decide which of them are still right. */
  offer(ids: readonly PassageId[], bind: BindValue): OfferedBodies;
}

const mostBytes = 32_000_000;
/** Of an entry and of a window, beside their characters and vectors. */
const overheadBytes = 200;
const mark = `p.embedding_hash || ' ' || e.embedder`;

/**
 * Texts and windows of passages that were read lately, up to 32 MB in the process, because good passages come again. They do not say what exists
 * or who may read it: each question reads that, and the mark of text and embedder, from the database, and gets those bodies that it names.
 */
export function createPassageBodies(): PassageBodies {
  const remembered = createTextMemory<PassageId, PassageBody>({ maxSize: mostBytes, sizeCalculation: bytesOf });
  return {
    offer(ids, bind) {
      const offered = new Map(ids.flatMap((id) => withId(id, remembered.get(id))));
      const marks = [...offered.values()].map((body) => body.mark);
      const unlessKnown = (column: string) => `case when known.mark is null then ${column} end`;
      return {
        columns: `case when e.windows is not null then ${mark} end as mark, ${unlessKnown('p.text')} as text,
          ${unlessKnown('p.heading_path')} as "headingPath", ${unlessKnown('e.windows')} as windows,
          octet_length(e.vector) as "vectorBytes"`,
        join: `left join unnest(${bind([...offered.keys()])}::text[], ${bind(marks)}::text[]) as known (id, mark)
          on known.id = p.id and known.mark = ${mark}`,
        read: (rows) =>
          rows.map((row) => {
            const passage = withBody(row, offered.get(row.id));
            const { text, headingPath, windows } = passage;
            if (row.mark !== null && row.text !== null)
              remembered.set(row.id, { mark: row.mark, text, headingPath, windows });
            return passage;
          }),
      };
    },
  };
}

function withId(id: PassageId, body: PassageBody | undefined): [PassageId, PassageBody][] {
  return body ? [[id, body]] : [];
}

function withBody({ mark: _mark, text, headingPath, ...row }: Row, known: PassageBody | undefined): StoredPassage {
  if (text !== null && headingPath !== null) return withWindows({ ...row, text, headingPath });
  if (!known) throw new RangeError('A statement left out the body of a passage that was not offered.');
  const { windows: _windows, vectorBytes: _vectorBytes, ...passage } = row;
  return { ...passage, text: known.text, headingPath: known.headingPath, windows: known.windows };
}

/** Two bytes a character; the vectors of a passage's windows share one buffer. */
function bytesOf({ text, headingPath, windows }: PassageBody): number {
  const characters = headingPath.reduce((sum, heading) => sum + heading.length, text.length);
  const vectors = windows.reduce((sum, { vector }) => sum + vector.length + overheadBytes, 0);
  return overheadBytes + 2 * characters + vectors;
}
