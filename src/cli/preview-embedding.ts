import { estimateTokens } from '../domain/estimate-tokens.ts';
import { cutWindows } from '../ingest/cut-windows.ts';
import type { EmbeddingEstimate } from '../ingest/estimate-embedding.ts';
import type { ReadDocument } from '../ingest/prepare-versions.ts';
import { createDocumentReader } from '../ingest/read-document.ts';
import type { Client } from './client.ts';

/** What embedding files would take, read here as a server reads them. */
export interface EmbeddingPreview extends AsyncDisposable {
  /** Throws as reading the file does. */
  add(bytes: Uint8Array, fileName: string, signal: AbortSignal): Promise<void>;
  /** Asks which texts have no vector yet. */
  estimate(): Promise<EmbeddingEstimate>;
}

/** As many as one request takes. */
const textsPerRequest = 5_000;

export function createEmbeddingPreview(client: Pick<Client, 'post'>): EmbeddingPreview {
  const reader = createDocumentReader();
  /** Each text once, however many files hold it. */
  const tokensOf = new Map<string, number>();

  return {
    async add(bytes, fileName, signal) {
      const document = await reader.read({ bytes, fileName, mediaType: 'application/octet-stream' }, signal);
      for (const passage of document.passages)
        if (!tokensOf.has(passage.embeddingHash))
          tokensOf.set(passage.embeddingHash, tokensToEmbed(document.title, passage));
    },
    async estimate() {
      const texts = [...tokensOf].map(([hash, tokens]) => ({ hash, tokens }));
      let total: EmbeddingEstimate | null = null;
      for (let start = 0; start === 0 || start < texts.length; start += textsPerRequest) {
        const body = { texts: texts.slice(start, start + textsPerRequest) };
        total = add(total, await client.post<EmbeddingEstimate>('/v1/documents/estimate', body));
      }
      return total ?? { passages: 0, tokens: 0, cost: 0, embedder: '' };
    },
    [Symbol.asyncDispose]: () => reader.close(),
  };
}

/** Tokens of a passage and of its windows, which are embedded too. */
function tokensToEmbed(title: string, { embeddingText: text, headingPath }: ReadDocument['passages'][number]): number {
  const windows = cutWindows({ title, headingPath, text });
  return windows.reduce((sum, window) => sum + estimateTokens(window.text), estimateTokens(text));
}

function add(one: EmbeddingEstimate | null, other: EmbeddingEstimate): EmbeddingEstimate {
  if (one === null) return other;
  return {
    passages: one.passages + other.passages,
    tokens: one.tokens + other.tokens,
    cost: one.cost === null || other.cost === null ? null : one.cost + other.cost,
    embedder: other.embedder,
  };
}

export function describeEmbedding({ passages, tokens, cost, embedder }: EmbeddingEstimate): string {
  const amount = `${passages} passage${passages === 1 ? '' : 's'} with about ${tokens} tokens`;
  return `Would embed ${amount} by ${embedder}: ${describeCost(cost)}`;
}

/** US dollars, to the cent or to two digits. */
export function describeCost(cost: number | null): string {
  if (cost === null) return 'price not known, EMBEDDING_PRICE sets it';
  if (cost === 0) return 'no cost';
  return `about $${cost >= 1 ? cost.toFixed(2) : Number(cost.toPrecision(2))}`;
}
