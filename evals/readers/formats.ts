/** Formats that cases are read from. */
export const caseFormats = [
  'native',
  'beir',
  'trec',
  'squad',
  'ragas',
  'promptfoo',
  'langsmith',
  'deepeval',
  'review',
  'table',
] as const;
export type CaseFormat = (typeof caseFormats)[number];
