import { z } from 'zod';
import { readJsonLines } from './json-lines.ts';

/** A follow-up with what was said before it and how a person wrote it to stand on its own. */
export interface RewritingCase {
  readonly id: string;
  readonly topic: string | null;
  readonly history: readonly { readonly question: string; readonly answer: string }[];
  readonly question: string;
  readonly rewrite: string;
}

const Line = z.object({
  id: z.string(),
  history: z.array(z.string()),
  last_turn: z.string(),
  rewrite: z.string(),
});

/**
 * Reads lines in the layout of CANARD, .jsonl or .jsonl.gz: `history` holds the title and the section of the article that is talked about, then
 * questions and answers in turn. Throws INVALID_REQUEST naming file, line and field.
 */
export async function readRewritingFile(file: string): Promise<RewritingCase[]> {
  return await Array.fromAsync(readJsonLines(file, Line), ({ value }) => toCase(value));
}

function toCase({ id, history, last_turn: question, rewrite }: z.output<typeof Line>): RewritingCase {
  const turns: { question: string; answer: string }[] = [];
  for (let at = 2; at + 1 < history.length; at += 2)
    turns.push({ question: history[at] ?? '', answer: history[at + 1] ?? '' });
  return { id, topic: history[0] ?? null, history: turns, question, rewrite };
}
