import OpenAI from 'openai';
import { z } from 'zod';

/** Asks a running server with the `openai` package: `node examples/openai-client.ts http://localhost:4680/v1 KEY QUESTION`. */
const [baseURL = '', apiKey = '', question = ''] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey });

const stream = client.chat.completions.stream({ model: 'footnote', messages: [{ role: 'user', content: question }] });
stream.on('content', (delta) => process.stdout.write(delta));
const { content, refusal, annotations } = await stream.finalMessage();
if (refusal) console.log(refusal);
console.log();

// The quote is not part of OpenAI's protocol, so that its types do not have it.
const Cited = z.object({ quote: z.object({ text: z.string() }) });
for (const annotation of annotations ?? []) {
  const { start_index, end_index, title, url } = annotation.url_citation;
  const { quote } = Cited.parse(annotation);
  console.log(`\n${content?.slice(start_index, end_index)}\n  “${quote.text}”\n  ${title}: ${url}`);
}
