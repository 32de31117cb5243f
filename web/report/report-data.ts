/** What the page of a run holds of its cases. Figures are rounded to four places. */

/** A cell that is `na` is null, one that is an error is `error`. */
export type ShownValue = number | null | 'error';

export type ShownState = 'finished' | 'refused' | 'failed';

/** All cases, column by column: what the list shows, filters and sorts by. */
export interface CaseRows {
  readonly ids: readonly string[];
  readonly questions: readonly string[];
  /** The worst of a case's repeats: failed, refused, finished. */
  readonly states: readonly ShownState[];
  readonly tagNames: readonly string[];
  /** For each case, places in `tagNames`. */
  readonly tags: readonly (readonly number[])[];
  readonly metrics: readonly ShownMetric[];
  /** For each metric, the mean over the repeats of each case. */
  readonly values: readonly (readonly ShownValue[])[];
  /** For each metric, the change against the baseline; empty without one. */
  readonly changes: readonly (readonly (number | null)[])[];
  readonly gates: readonly ShownGate[];
  /** Cases of a block of details. */
  readonly blockSize: number;
}

export interface ShownMetric {
  readonly name: string;
  readonly better: 'higher' | 'lower' | 'none';
}

/** A gate that cases broke; `cases` are places in `ids`. */
export interface ShownGate {
  readonly gate: string;
  readonly cases: readonly number[];
}

export interface ShownCase {
  readonly id: string;
  readonly question: string;
  readonly history: readonly { readonly question: string; readonly answer: string }[];
  readonly tags: readonly string[];
  readonly answers: readonly string[];
  readonly answerable: boolean | null;
  /** Documents that hold the answer. */
  readonly gold: readonly string[];
  readonly runs: readonly ShownRun[];
  /** The first answer of the baseline; null without one. */
  readonly earlier: ShownRun | null;
}

export interface ShownRun {
  readonly repeat: number;
  readonly state: ShownState;
  readonly text: string;
  readonly sentences: readonly ShownSentence[];
  readonly quotes: readonly ShownQuote[];
  /** Of a refusal or a failure. */
  readonly message: string | null;
  readonly confidence: number | null;
  readonly model: string;
  readonly retrieved: readonly { readonly document: string; readonly title: string; readonly score: number }[];
  /** Times, tokens and cost, each with its value as text. */
  readonly facts: readonly (readonly [string, string])[];
  readonly notes: readonly string[];
  readonly events: readonly { readonly type: string; readonly milliseconds: number; readonly note: string }[];
  readonly cells: readonly ShownCell[];
}

export interface ShownSentence {
  readonly text: string;
  readonly citations: readonly number[];
  readonly groundedness: number | null;
}

export interface ShownQuote {
  readonly number: number;
  readonly text: string;
  readonly before: string;
  readonly after: string;
  readonly title: string;
  readonly document: string;
  readonly found: string;
}

export interface ShownCell {
  readonly metric: string;
  readonly value: ShownValue;
  readonly reason: string | null;
  readonly evidence: readonly string[];
}
