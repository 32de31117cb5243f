import { splitSentences } from '../../src/domain/sentences.ts';
import type { RecordedAnswer, RecordedPassage } from '../answer-record.ts';

/** What a system other than Footnote says. */
export interface TextAnswer {
  readonly model: string;
  readonly text: string;
  readonly isRefusal: boolean;
  /** In the order in which the text numbers them, from 1; `text` null where the system does not give it. */
  readonly sources: readonly { readonly document: string; readonly title: string; readonly text: string | null }[];
  readonly latency: Readonly<Record<string, number>>;
  readonly usage: RecordedAnswer['usage'];
  readonly cost: number | null;
}

/**
 * An answer without events as a recorded one, for the same metrics. `[2]` in a sentence cites the second source, and what is cited as a whole counts as a
 * quote of the whole; a number without a source stays as it is.
 */
export function recordText({ sources, isRefusal, text, ...said }: TextAnswer): RecordedAnswer {
  const spans = splitSentences(text).map(({ start, end }) => text.slice(start, end).trim());
  const sentences = spans.map((sentence) => ({
    text: sentence,
    citations: [...new Set([...sentence.matchAll(/\[(\d{1,4})\]/g)].map((match) => Number(match[1])))],
    groundedness: null,
  }));
  const cited = new Set(sentences.flatMap(({ citations }) => citations));
  const quotes = sources.flatMap(({ document, title, text: source }, index) =>
    cited.has(index + 1)
      ? {
          ...{ number: index + 1, text: source ?? '', document, title, uri: null, start: 0, end: source?.length ?? 0 },
          ...{ found: source === null ? ('unknown' as const) : ('at-offsets' as const), before: '', after: '' },
        }
      : [],
  );
  const retrieved = sources.map(
    (source, index): RecordedPassage => ({ ...source, score: 1 / (index + 1), start: null, end: null }),
  );
  return {
    ...said,
    state: isRefusal ? 'refused' : 'finished',
    mode: 'lenient',
    text: isRefusal ? '' : text,
    sentences: isRefusal ? [] : sentences,
    quotes: isRefusal ? [] : quotes,
    refusal: isRefusal ? { reason: null, message: text } : null,
    confidence: null,
    refusalProbability: null,
    retrieved,
    latency: { ...said.latency },
    cached: false,
    degraded: [],
    withheld: [],
    events: [],
  };
}
