import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const handbook = join(import.meta.dirname, '../../datasets/handbook/documents');

/** The Markdown files of the sample handbook as one text. */
export function readHandbook(): string {
  return readdirSync(handbook, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => readFileSync(join(handbook, name), 'utf8'))
    .join('\n\n');
}
