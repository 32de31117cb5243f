import { variantsHeading } from '../domain/curated-answer.ts';
import type { Principal } from '../domain/principal.ts';
import type { Span } from '../domain/sentences.ts';
import { asksTheSame } from '../retrieve/asks-the-same.ts';
import type { ScoredPassage } from '../retrieve/retrieve.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { Answerer } from './answerer.ts';
import { createSentenceGate } from './release-sentences.ts';

interface FindReviewed {
  readonly documents: Pick<DocumentStore, 'content'>;
  readonly principal: Principal;
  readonly question: string;
}

/**
 * The curated answer to this very question, as one passage that holds it from its first word to its last, when the search put it first;
 * null when there is none.
 */
export async function findReviewed(
  [first]: readonly ScoredPassage[],
  { documents, principal, question }: FindReviewed,
): Promise<ScoredPassage | null> {
  if (!first?.reviewed || !asksTheSame(question, first.reviewed, first.language)) return null;
  const content = await documents.content(principal, first.documentId, first.version);
  if (!content) return null;
  const { start, end } = answerSpan(content.text, first.reviewed.variants.length > 0);
  return start < end ? { ...first, text: content.text.slice(start, end), start, end } : null;
}

/** Between the question, which is the first line, and the other wordings. */
function answerSpan(content: string, hasVariants: boolean): Span {
  const from = content.indexOf('\n') + 1;
  const to = hasVariants ? content.lastIndexOf(`\n${variantsHeading}\n`) : content.length;
  const answer = content.slice(from, Math.max(from, to));
  return { start: from + answer.length - answer.trimStart().length, end: from + answer.trimEnd().length };
}

/**
 * Says what the first passage says, word for word and mark for mark, block by block. Each block is a quote; where they would be too many, the
 * whole is one.
 */
export const answerReviewed: Answerer = async function* (input, signal) {
  const release = createSentenceGate(input);
  const text = input.passages[0]?.text ?? '';
  const blocks = blocksOf(text);
  const isOne = blocks.length > input.maxQuotes;
  for (const { start, end } of blocks) {
    signal.throwIfAborted();
    const quotes = [{ passage: 0, ...(isOne ? { start: 0, end: text.length } : { start, end }) }];
    // Blocks stand apart as listings do; the words are the quote's own and need no measure.
    yield* release({ text: text.slice(start, end), quotes, isLine: true, kind: 'code', isNotice: true });
  }
  return { rejectedQuotes: [] };
};

const fence = /^ {0,3}(`{3,}|~{3,})/;

/** Stretches of Markdown that empty lines part; a listing is one, whatever is in it. */
function blocksOf(text: string): Span[] {
  const blocks: { start: number; end: number }[] = [];
  let open: string | null = null;
  let isApart = true;
  let start = 0;
  for (const line of text.split('\n')) {
    const end = start + line.length;
    const last = blocks.at(-1);
    if (line.trim() === '' && open === null) isApart = true;
    else if (isApart || !last) {
      blocks.push({ start, end });
      isApart = false;
    } else last.end = end;
    const mark = fence.exec(line)?.[1] ?? null;
    if (open === null) open = mark;
    else if (mark?.startsWith(open) && line.trim() === mark) open = null;
    start = end + 1;
  }
  return blocks.map((block) => ({
    start: block.start,
    end: block.start + text.slice(block.start, block.end).trimEnd().length,
  }));
}
