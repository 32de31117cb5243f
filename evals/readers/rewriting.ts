import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';

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
  const bytes = await readFile(file).catch((error: unknown) => {
    throw invalid(file, { field: 'file', expected: 'a file that can be read', received: 'none' }, error);
  });
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = Line.safeParse(parseJson(line));
    if (parsed.success) return [toCase(parsed.data)];
    const issue = parsed.error.issues[0];
    const field = `line ${index + 1}, ${issue?.path.join('.') || 'the line'}`;
    throw invalid(file, { field, expected: issue?.message ?? 'JSON', received: line.slice(0, 80) });
  });
}

function toCase({ id, history, last_turn: question, rewrite }: z.output<typeof Line>): RewritingCase {
  const turns: { question: string; answer: string }[] = [];
  for (let at = 2; at + 1 < history.length; at += 2)
    turns.push({ question: history[at] ?? '', answer: history[at + 1] ?? '' });
  return { id, topic: history[0] ?? null, history: turns, question, rewrite };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function invalid(
  file: string,
  error: { field: string; expected: string; received: string },
  cause?: unknown,
): AppError {
  return new AppError('INVALID_REQUEST', `${file} cannot be read.`, { errors: [error], cause });
}
