/** US dollars for a million tokens. */
export interface Prices {
  readonly input: number;
  readonly output: number;
}

interface Priced {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cost: number | null;
}

/** What tokens cost by the suite's price table; what the target itself says stands over it. Null where neither is known. */
export function priced<T extends Priced>(spent: T, prices: Prices | undefined): T {
  if (spent.cost !== null || !prices) return spent;
  return { ...spent, cost: (spent.inputTokens * prices.input + spent.outputTokens * prices.output) / 1_000_000 };
}
