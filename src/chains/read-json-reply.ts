/** The JSON value of a model's reply, with or without a code fence around it; null when there is none. */
export function readJsonReply(text: string): unknown {
  try {
    return JSON.parse(text.trim().replace(/^```(?:json)?\s*|\s*```$/g, ''));
  } catch {
    return null;
  }
}
