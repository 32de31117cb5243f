/** English words in -est that compare nothing. `latest` does, but a text about the latest version seldom says so. */
const otherWords =
  'arrest|attest|budapest|chest|conquest|contest|detest|digest|earnest|everest|forest|guest|harvest|honest|interest|invest|latest|manifest|modest|priest|protest|request|suggest|test|(?:mid|north|south)west';
const inEst = String.raw`(?!(?:${otherWords})\b)\p{L}{3,}est`;
const extremes = 'most|least|fewest|best|worst|only|first|last|maximum|minimum';
const asks = new RegExp(String.raw`\b(?:${extremes}|${inEst})\b`, 'iu');
const states = new RegExp(String.raw`\b(?:${extremes}|max|min|up to|main|chief|${inEst})\b`, 'iu');

/** Whether a question asks for an extreme (`the largest`, `the only`, `at least`) and none of the texts states any. English. */
export function lacksSuperlative(question: string, texts: readonly string[]): boolean {
  return asks.test(question) && !texts.some((text) => states.test(text));
}
