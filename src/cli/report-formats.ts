import { extname } from 'node:path';
import { InvalidArgumentError } from 'commander';

export const reportFormats = ['table', 'html', 'junit', 'markdown', 'sarif', 'jsonl', 'github'] as const;
export type ReportFormat = (typeof reportFormats)[number];

const endings: Readonly<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.xml': 'junit',
  '.md': 'markdown',
  '.sarif': 'sarif',
  '.jsonl': 'jsonl',
  '.txt': 'table',
};

/** The format that a file's name ends with; null for another. */
export function formatOf(file: string): ReportFormat | null {
  return endings[extname(file).toLowerCase()] ?? null;
}

export function parseReportFile(file: string, earlier: readonly string[]): string[] {
  if (formatOf(file) === null)
    throw new InvalidArgumentError(`Expected a file that ends with ${Object.keys(endings).join(', ')}.`);
  return [...earlier, file];
}
