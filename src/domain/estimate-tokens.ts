/** Beyond ASCII a character is up to a token; UTF-8 writes it in two to four bytes where ASCII takes one. */
const tokensPerFurtherByte = 0.35;
const charactersPerToken = 4;

/**
 * About how many tokens a provider's tokenizer makes of a text of so many characters and UTF-8 bytes: within a tenth for English prose,
 * within a third for other scripts; tables of numbers have up to twice as many.
 */
export function tokensOfLength(characters: number, bytes: number): number {
  return Math.ceil(characters / charactersPerToken + (bytes - characters) * tokensPerFurtherByte);
}

export function estimateTokens(text: string): number {
  return tokensOfLength(text.length, Buffer.byteLength(text));
}
