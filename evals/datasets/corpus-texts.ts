import { type CorpusPlace, readRecordsOf } from './dataset.ts';
import { type FileOptions, readFiles } from './parsed-files.ts';

export interface CorpusText {
  /** Id of the record, or path of the file below the folder. */
  readonly id: string;
  readonly text: string;
}

/** The texts that a search would be over, one at a time: records as they stand, files as they are parsed. */
export async function* readCorpusTexts(corpus: CorpusPlace, options: FileOptions): AsyncGenerator<CorpusText> {
  const { isWanted = () => true } = options;
  if (corpus.kind === 'documents')
    for await (const { id, content } of readFiles(corpus.path, options)) yield { id, text: content };
  else for await (const { id, text } of readRecordsOf(corpus)) if (isWanted(id)) yield { id, text };
}
