/** How the names of a maker's models begin; a name of another kind is a family by its first word. */
const families: readonly (readonly [string, RegExp])[] = [
  ['GPT', /^(?:gpt|chatgpt|o\d|davinci|text-davinci)/],
  ['Claude', /^claude/],
  ['Gemini', /^(?:gemini|gemma|palm)/],
  ['Llama', /^(?:meta-)?(?:code)?llama/],
  ['Mistral', /^(?:open-)?(?:mistral|mixtral|ministral|magistral|codestral|pixtral|devstral)/],
  ['Qwen', /^(?:qwen|qwq)/],
  ['DeepSeek', /^deepseek/],
  ['Command', /^(?:command|c4ai|aya)/],
  ['Grok', /^grok/],
  ['Phi', /^phi/],
  ['Nova', /^(?:amazon[.-])?nova/],
  ['Granite', /^granite/],
];

/**
 * The maker's line that a model is of, by its name: providers before a slash and tags behind a colon do not count, nor does a maker before a dot.
 * Null for what is no model, as the extractive answerer.
 */
export function modelFamily(model: string): string | null {
  const name = (model.toLowerCase().split('/').at(-1) ?? '')
    .replace(/:.*$/, '')
    .replace(/^(?:[a-z]{2}\.)?[a-z]+\.(?=[a-z])/, '');
  if (name === '' || name === 'extractive') return null;
  return families.find(([, begins]) => begins.test(name))?.[0] ?? /^[a-z]+/.exec(name)?.[0] ?? name;
}

/**
 * Models rate texts of their own family higher (Panickssery et al. 2024): names the generators of an answer or a run that are of the judge's
 * family, in a sentence; null when there is none.
 */
export function selfPreferenceWarning(judge: string, generators: Iterable<string>): string | null {
  const family = modelFamily(judge);
  const same = [...new Set(generators)].filter((generator) => family !== null && modelFamily(generator) === family);
  if (same.length === 0) return null;
  return `${same.join(' and ')} wrote what ${judge} judges, both ${family}: such a judge tends to prefer its own. Set EVAL_JUDGE_MODEL to another family.`;
}
