import { expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { ask } from './ask.ts';
import type { Client } from './client.ts';
import { createOutput } from './output.ts';
import { search } from './search.ts';

const signal = new AbortController().signal;
const options = { events: false, expand: true, source: [], tag: {} };
const started = { type: 'answer-started', conversationId: 'cnv_1' };
const finished = { type: 'answer-finished', confidence: 0.5 };

/** What stands on stdout and on stderr when the server sends these events. */
async function asked(events: readonly object[]) {
  const client = fakePort<Client>('client', {
    async *stream<T>() {
      yield* events as T[];
    },
  });
  const printed = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof printed) => ({
    write: (text: string) => {
      printed[name] += text;
    },
  });
  const output = createOutput(false, sink('stdout'), sink('stderr'));
  const code = await ask({ client, output, signal }, 'Which plan?', options);
  return { ...printed, code };
}

function sentence(text: string): object[] {
  return [
    { type: 'text-delta', sentence: 0, text },
    { type: 'sentence-finished', sentence: 0, text: text.trim(), citations: [1], groundedness: 1 },
  ];
}

it('prints rows, steps and listings on lines of their own, as the answer has them', async () => {
  const units = ['Two plans.', ' Both last.', '\n\n1. Pay.', '\n2. Use.', '\n\n```sh\npay\n```', '\n\n| A | B |'];
  const { stdout, stderr, code } = await asked([started, ...units.flatMap(sentence), finished]);
  expect(stdout).toBe(`Two plans. [1] Both last. [1]

1. Pay. [1]
2. Use. [1]

\`\`\`sh
pay
\`\`\`
[1]

| A | B | [1]

confidence 0.50
`);
  expect(stderr).toBe('go on with: footnote ask --conversation cnv_1 "…"\n');
  expect(code).toBe(0);
});

it('says that an answer is incomplete, and prints nothing of a sentence that was withheld', async () => {
  const { stdout } = await asked([
    started,
    ...sentence('Two plans.'),
    { type: 'text-delta', sentence: 1, text: '\n\nGone' },
    { type: 'sentence-withheld', sentence: 1, reason: 'no-quote' },
    ...sentence(' Both last.'),
    { type: 'step-degraded', step: 'answer', to: 'partial', cause: 'MODEL_UNAVAILABLE' },
    { ...finished, partial: true },
  ]);
  expect(stdout).toBe(`Two plans. [1] Both last. [1]

confidence 0.50, incomplete: the model failed on the way
`);
});

it.each([
  ['a filter', { source: ['wiki'] }, 'match the filter'],
  ['no filter', { source: [] }, 'footnote ingest'],
])('a search that finds nothing with %s says what to do', async (_name, filters, hint) => {
  const client = fakePort<Client>('client', { post: async <T>() => ({ passages: [] }) as T });
  let printed = '';
  const output = createOutput(false, {
    write: (text) => {
      printed += text;
    },
  });
  await search({ client, output }, 'refund', { limit: 5, explain: false, expand: true, tag: {}, ...filters });
  expect(printed).toContain(hint);
});
