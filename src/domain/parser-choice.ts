/** Formats that a partitioner may read beside the built-in parsers; `office` are the old ones of Microsoft. */
export const partitionedFormats = [
  'pdf',
  'image',
  'office',
  'docx',
  'pptx',
  'xlsx',
  'odt',
  'epub',
  'eml',
  'msg',
  'rtf',
  'html',
] as const;
export type PartitionedFormat = (typeof partitionedFormats)[number];

/** Who reads a format; `auto`: the partitioner where the built-in parser finds fewer than 20 characters a page. */
export const parserNames = ['builtin', 'unstructured', 'auto'] as const;
export type ParserChoices = Partial<Readonly<Record<PartitionedFormat, (typeof parserNames)[number]>>>;
