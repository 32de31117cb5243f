import { readFile } from 'node:fs/promises';
import { AppError } from '../domain/errors.ts';
import type { GlossaryTerm } from '../store/glossary.ts';
import type { Client } from './client.ts';
import type { Output } from './output.ts';

interface Context {
  readonly client: Client;
  readonly output: Output;
}

interface Glossary {
  readonly terms: readonly GlossaryTerm[];
}

export async function listGlossary({ client, output }: Context): Promise<void> {
  output.result(await client.get<Glossary>('/v1/glossary'), ({ terms }) =>
    terms.length === 0
      ? 'The glossary is empty. Fill it with: footnote glossary set FILE'
      : terms.map(({ term, synonyms }) => `${term}: ${synonyms.join(', ')}`).join('\n'),
  );
}

/** Replaces the glossary by the lines of a file. */
export async function setGlossary({ client, output }: Context, file: string): Promise<void> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AppError('FILE_UNREADABLE', `${file} cannot be opened.`, { cause: error });
  });
  const result = await client.put<Glossary>('/v1/glossary', { terms: parseGlossary(content) });
  output.result(result, ({ terms }) => `The glossary has ${terms.length} ${terms.length === 1 ? 'term' : 'terms'}.`);
}

/**
 * One term a line, as in `PTO: paid time off, annual leave`; empty lines and lines that begin with # are left out.
 * Throws INVALID_REQUEST naming the line.
 */
export function parseGlossary(content: string): GlossaryTerm[] {
  return content.split(/\r?\n/).flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const colon = trimmed.indexOf(':');
    const term = trimmed.slice(0, Math.max(0, colon)).trim();
    const synonyms = trimmed
      .slice(colon + 1)
      .split(',')
      .map((synonym) => synonym.trim())
      .filter((synonym) => synonym !== '');
    if (term !== '' && synonyms.length > 0) return [{ term, synonyms }];
    const error = { field: `line ${index + 1}`, expected: 'term: synonym, synonym', received: JSON.stringify(line) };
    throw new AppError('INVALID_REQUEST', 'The glossary cannot be read.', { errors: [error] });
  });
}
