import { hasReadableName } from '../../parse/detect-format.ts';
import type { ExportPlace, LazyDocument } from './export-document.ts';
import type { ExportFile } from './open-export.ts';

interface Attachment {
  readonly externalId: string;
  /** As it was called before the export. */
  readonly fileName: string;
  readonly uri: string | null;
}

/** A file of an export as a document of its own; none for a file of a type that is not read. */
export function attachmentDocument(
  { maxFileBytes }: Pick<ExportPlace, 'maxFileBytes'>,
  file: ExportFile,
  { externalId, fileName, uri }: Attachment,
): LazyDocument[] {
  if (!hasReadableName(fileName)) return [];
  const fingerprint = `${file.fingerprint} ${fileName}`;
  const about = { externalId, fingerprint, uri, title: null, memo: null, fileName, mediaType: null };
  return [{ externalId, fingerprint, open: async () => ({ ...about, bytes: await file.read(maxFileBytes) }) }];
}
