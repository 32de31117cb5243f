import type { DocumentId } from './ids.ts';
import type { Metadata } from './metadata.ts';
import type { ParseQuality } from './parse-quality.ts';

/** `queued` and `processing`: no version is visible yet, or a newer one is on its way; `ready`: visible; `failed`: the last version could not be read. */
export const documentStates = ['queued', 'processing', 'ready', 'failed'] as const;
export type DocumentState = (typeof documentStates)[number];

/** A block's kind decides where a chunk may be cut: tables only between rows, code only between lines. */
export const blockKinds = ['heading', 'paragraph', 'list', 'table', 'code', 'quote'] as const;
export type BlockKind = (typeof blockKinds)[number];

/** A stretch of the parsed text; `start` and `end` are UTF-16 offsets into it, `end` exclusive. */
export interface Block {
  readonly kind: BlockKind;
  readonly start: number;
  readonly end: number;
  /** Heading level 1-6; only for headings. */
  readonly level?: number;
  /** 1-based page or slide; only where the format has them. */
  readonly page?: number;
  /** Where the rows of a table stand in their spreadsheet; each line of the block is one row. */
  readonly cells?: CellRange;
}

/** The first row and the columns of a table, counted from 1; `sheet` is null where the file has no sheets. */
export interface CellRange {
  readonly sheet: string | null;
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

/** What a parser makes of a file. `text` is what quotes point into and what `/content` returns. */
export interface ParsedDocument {
  readonly title: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** BCP 47 language, or null when unknown. */
  readonly language: string | null;
  /** What the file says about itself: front matter, the headers of an e-mail, author and dates. */
  readonly properties?: Properties;
  /** Pages or slides, with or without text; only where the format has them. */
  readonly pages?: number;
  /** Tables and charts that the file holds and the text does not. */
  readonly lostTables?: number;
  /** Compressed bytes of pictures and the like in an archive, whose text is not read; only where the format is an archive. */
  readonly unreadBytes?: number;
}

/** By lower-case name; at most 50, of at most 2,000 characters each. */
export type Properties = Readonly<Record<string, string>>;

/** A chunk of a parsed text: `text === parsed.text.slice(start, end)`. */
export interface Chunk {
  readonly ordinal: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly headingPath: readonly string[];
  readonly page: number | null;
  /** Of a spreadsheet's rows, such as `Prices!A2:D9`. */
  readonly cells: string | null;
}

/** One row of a list of documents. */
export interface DocumentSummary {
  readonly id: DocumentId;
  readonly source: string;
  readonly externalId: string;
  readonly uri: string | null;
  readonly title: string;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Metadata;
  readonly language: string | null;
  readonly state: DocumentState;
  /** The visible version; null before the first one is published. */
  readonly version: number | null;
  /** SHA-256 of the newest raw bytes, hexadecimal. */
  readonly contentHash: string;
  readonly mediaType: string;
  /** Raw bytes. */
  readonly size: number;
  readonly passages: number;
  /** Passages of the visible version that still wait for their vector. */
  readonly passagesWithoutVector: number;
  readonly error: { readonly code: string; readonly detail: string } | null;
  /** Of the newest version; null until it was read. */
  readonly quality: ParseQuality | null;
  readonly properties: Properties;
  readonly createdAt: string;
  readonly updatedAt: string;
}
