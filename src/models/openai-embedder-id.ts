/** What some models want in front of each text, so that they know what it is: E5 `query: ` and `passage: `. */
export interface EmbeddingPrefixes {
  readonly question: string;
  readonly document: string;
}

export const noPrefixes: EmbeddingPrefixes = { question: '', document: '' };

/** What the id of an embedder behind the OpenAI protocol says. */
export interface OpenAiEmbedderName {
  readonly model: string;
  readonly dimensions: number;
  readonly prefixes: EmbeddingPrefixes;
}

/**
 * `openai:model:dimensions`, and where there are prefixes `?question=…&document=…` behind it: other prefixes make other vectors. They can be read back,
 * since the embedder in use may be opened by its id alone.
 */
export function writeOpenAiId({ model, dimensions, prefixes }: OpenAiEmbedderName): string {
  const { question, document } = prefixes;
  const given = Object.entries({ question, document }).filter(([, prefix]) => prefix !== '');
  const query = new URLSearchParams(given).toString();
  return `openai:${model}:${dimensions}${query && `?${query}`}`;
}

const openAiId = /^openai:(.+):(\d+)(?:\?([^?]*))?$/;

/** Null: the id of another kind of embedder, or no id. */
export function readOpenAiId(id: string): OpenAiEmbedderName | null {
  const [, model, digits, query] = openAiId.exec(id) ?? [];
  if (model === undefined) return null;
  const given = new URLSearchParams(query);
  const prefixes = { question: given.get('question') ?? '', document: given.get('document') ?? '' };
  return { model, dimensions: Number(digits), prefixes };
}
