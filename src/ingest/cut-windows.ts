import { splitWindows } from '../domain/windows.ts';
import type { UnwindowedText } from '../store/documents.ts';
import { headerOf } from './chunk.ts';

/** A window as it is embedded, and its place counted back from the end of the whole text. */
export interface CutWindow {
  readonly text: string;
  readonly startFromEnd: number;
  readonly endFromEnd: number;
}

/** The windows of an embedded text, each under the same title and headings as the whole; none for a text that is one window. */
export function cutWindows({
  title,
  headingPath,
  text,
}: Omit<UnwindowedText, 'tenantId' | 'embeddingHash'>): CutWindow[] {
  const header = `${headerOf(title, headingPath)}\n`;
  const lead = text.startsWith(header) ? header : '';
  const body = text.slice(lead.length);
  const spans = splitWindows(body);
  if (spans.length < 2) return [];
  return spans.map(({ start, end }) => ({
    text: lead + body.slice(start, end),
    startFromEnd: body.length - start,
    endFromEnd: body.length - end,
  }));
}
