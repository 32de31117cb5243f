/** US dollars for a million tokens. */
export interface ChatPrice {
  readonly input: number;
  readonly output: number;
}

/**
 * https://developers.openai.com/api/docs/pricing, as of May 2026, without the discounts for prompts that were read before and for batches.
 * Other models have the price that CHAT_PRICE gives them.
 */
const openAiPrices: ReadonlyMap<string, ChatPrice> = new Map([
  ['gpt-4.1', { input: 2, output: 8 }],
  ['gpt-4.1-mini', { input: 0.4, output: 1.6 }],
  ['gpt-4.1-nano', { input: 0.1, output: 0.4 }],
  ['gpt-4o', { input: 2.5, output: 10 }],
  ['gpt-4o-mini', { input: 0.15, output: 0.6 }],
  ['gpt-5', { input: 1.25, output: 10 }],
  ['gpt-5-mini', { input: 0.25, output: 2 }],
  ['gpt-5-nano', { input: 0.05, output: 0.4 }],
]);

interface PriceSettings {
  /** CHAT_PRICE, in the order of CHAT_MODEL; one price stands for all models. Null: the table above. */
  readonly chatPrices: readonly ChatPrice[] | null;
  readonly chat: { readonly models: readonly string[]; readonly baseUrl: string | null } | null;
}

/** What a chat model, by its id, costs for a million tokens, in US dollars; null where it is not known. */
export function chatPriceOf(model: string, { chatPrices, chat }: PriceSettings): ChatPrice | null {
  if (chatPrices?.length === 1) return chatPrices[0] ?? null;
  const set = chatPrices?.[chat?.models.indexOf(model) ?? -1];
  if (set) return set;
  // Another server may have a model of the same name and another price.
  return chat?.baseUrl ? null : (openAiPrices.get(model) ?? null);
}
