import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { ChatOpenAI } from '@langchain/openai';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { percentile } from '../evals/metrics/percentile.ts';
import { createAnswerQuestion } from '../src/chains/answer-question-chain.ts';
import { createAnswerReader } from '../src/chains/read-answer.ts';
import { newId } from '../src/domain/ids.ts';
import { defaultTenantSettings } from '../src/domain/tenant-settings.ts';
import { createOpenAiChatModel } from '../src/models/chat/openai-chat-model.ts';
import type { Embedder } from '../src/models/embedder.ts';
import type { Retrieval } from '../src/retrieve/retrieve.ts';
import { createApp } from '../src/server/app.ts';
import { listen } from '../src/server/listen.ts';
import type { AnswerStore } from '../src/store/answers.ts';
import type { IdentityStore } from '../src/store/identities.ts';
import type { MetadataFieldStore } from '../src/store/metadata-fields.ts';
import type { TenantSettingsStore } from '../src/store/tenant-settings.ts';
import { openTelemetry } from '../src/telemetry/open-telemetry.ts';
import { fakePort } from '../test/fake-port.ts';
import { scoredPassage } from '../test/scored-passage.ts';

/**
 * What a streamed token costs this process, from the model's bytes to the reader's, with 400 streams of 40 tokens a second; model
 * and readers run in processes of their own. The same for LangChain's plain chain behind Hono's own stream writer.
 */
const streams = Number(process.argv[2] ?? 400);
const warmUpStreams = 20;
const millisecondsPerToken = 25;
const facts = ['five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'].map(
  (number, index) =>
    `Refunds of the plan called Level ${index + 1} take ${number} working days after the request has arrived.`,
);
const sentences = Array.from({ length: 20 }, (_, index) => {
  const fact = facts[index % facts.length] ?? '';
  return `${fact.slice(0, -1)} [${(index % facts.length) + 1}].`;
});
const tokens = sentences.flatMap((sentence, index) =>
  sentence.split(/(?= )/).map((token, place) => (index > 0 && place === 0 ? ` ${token}` : token)),
);
/** Tells by which token the first sentence is known to be over: the reader of answers itself, here without a model. */
const reader = createAnswerReader();
const lastOfSentence = tokens.findIndex((token) => reader.push(token).length > 0);
/** LangChain's chain passes each token on: its reader has the sentence with its last word. */
const lastWord = tokens.findIndex((token) => token.includes('arrived'));
const quotes = facts.map((fact) => `[1] "${fact}"`).join('\n');

const text = facts.join(' ');
const passage = scoredPassage({
  text,
  id: newId('passage'),
  documentId: newId('document'),
  title: 'Refunds',
  sparse: 12,
});
const retrieval: Retrieval = {
  passages: [passage],
  ranked: [passage],
  nearest: [],
  questionVector: null,
  idealSparse: 14,
  relevance: null,
  degradations: [],
  dropped: [],
  timings: {},
};

interface Told {
  readonly question: string;
  readonly at: number;
}

const sentAt = new Map<string, number>();

const ownModel = await openModel(lastOfSentence);
const own = await openOwn(ownModel.baseUrl);
await run(`${own.url}/v1/answers`, '"type":"sentence-finished"', warmUpStreams);
await measure('Footnote', `${own.url}/v1/answers`, '"type":"sentence-finished"');
await own.stop();
ownModel.close();
const plainModel = await openModel(lastWord);
const plain = await openPlain(plainModel.baseUrl);
await run(`${plain.url}/`, 'arrived', warmUpStreams);
await measure('LangChain', `${plain.url}/`, 'arrived');
await plain.stop();
plainModel.close();

async function measure(name: string, url: string, marker: string): Promise<void> {
  const before = process.cpuUsage();
  const started = performance.now();
  const { ended, delays } = await run(url, marker, streams);
  const seconds = (performance.now() - started) / 1000;
  if (ended < streams) process.exitCode = 1;
  const { user, system } = process.cpuUsage(before);
  const perToken = (user + system) / (ended * tokens.length);
  const at = (share: number) => (percentile(delays, share) ?? Number.NaN).toFixed(1);
  console.log(
    `${name.padEnd(10)} ${ended} of ${streams} streams of ${tokens.length} tokens in ${seconds.toFixed(1)} s: ${perToken.toFixed(1)} µs CPU per token`,
  );
  console.log(`  first sentence after its last needed token: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`);
}

/** How many streams ended well, and the milliseconds from the needed token to the first sentence of each. */
async function run(url: string, marker: string, count: number): Promise<{ ended: number; delays: number[] }> {
  sentAt.clear();
  const shownAt = new Map<string, number>();
  const readers = start('read-streams.ts', { url, key: 'fn_key-of-the-benchmark', streams: count, marker });
  const ended = await new Promise<number>((resolve) => {
    readers.on('message', (told: Told | { ended: number }) => {
      if ('ended' in told) resolve(told.ended);
      else shownAt.set(told.question, told.at);
    });
  });
  const delays = [...shownAt].flatMap(([question, at]) => {
    const sent = sentAt.get(/question-\d+/.exec(question)?.[0] ?? '');
    return sent === undefined ? [] : [at - sent];
  });
  return { ended, delays };
}

/** A model that tells when it sends the token. */
async function openModel(neededToken: number) {
  const model = start('paced-model.ts', { quotes, tokens, millisecondsPerToken, neededToken });
  const { port } = await new Promise<{ port: number }>((resolve) => model.once('message', resolve));
  model.on('message', ({ question, at }: Told) => sentAt.set(question, at));
  return { baseUrl: `http://127.0.0.1:${port}/v1`, close: () => void model.kill() };
}

async function openOwn(baseUrl: string) {
  const principal = { tenantId: newId('tenant'), credential: newId('key'), userId: null, grants: [] };
  const answerQuestion = createAnswerQuestion({
    retrieve: async () => retrieval,
    embedder: fakePort<Embedder>('embedder', { id: 'none', dimensions: 4 }),
    chat: await createOpenAiChatModel({ model: 'paced', apiKey: 'none', baseUrl }),
    index: { inverseDocumentFrequencies: async (_tenant, terms) => new Float32Array(terms.length).fill(4.6) },
    documents: fakePort('documents'),
    refusalThreshold: 1,
    now: () => new Date(),
    log: { warn: () => {} },
  });
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const application = createApp({
    identities: fakePort<IdentityStore>('identities', {
      principalOfKey: async () => ({ ...principal, role: 'admin', scopes: ['read'] }),
    }),
    answers: fakePort<AnswerStore>('answers', { begin: async () => {}, finish: async () => {} }),
    documents: fakePort('documents'),
    curatedAnswers: fakePort('curatedAnswers'),
    metadataFields: fakePort<MetadataFieldStore>('metadataFields', { list: async () => [] }),
    jobs: fakePort('jobs'),
    idempotency: fakePort('idempotency'),
    glossary: fakePort('glossary'),
    tenantSettings: fakePort<TenantSettingsStore>('tenantSettings', {
      readState: async () => ({ settings: defaultTenantSettings, generation: 1 }),
      lastState: () => null,
    }),
    audit: fakePort('audit'),
    submit: fakePort('submit'),
    retrieve: () => Promise.reject(new Error('Nothing is searched here.')),
    termFrequencies: () => Promise.reject(new Error('Nothing is weighed here.')),
    estimateEmbedding: () => Promise.reject(new Error('Nothing is estimated here.')),
    passagesWaiting: async () => 0,
    indexAdministration: fakePort('indexAdministration'),
    rankerAdministration: fakePort('rankerAdministration'),
    makeBackup: fakePort('makeBackup'),
    answerQuestion,
    suggestFollowUps: async () => [],
    embedder: fakePort<Embedder>('embedder'),
    countTokens: () => 0,
    relay: null,
    readinessChecks: [],
    searchLeaves: () => false,
    onQueued: () => {},
    onSourceQueued: () => {},
    sources: fakePort('sources'),
    sourceTrial: fakePort('sourceTrial'),
    objects: fakePort('objects'),
    version: '0.0.0',
    publicUrl: null,
    host: '127.0.0.1',
    model: 'paced',
    models: ['paced'],
    answerMode: 'strict',
    maxFileBytes: 1024,
    log: quiet,
    telemetry: await openTelemetry({ service: 'footnote', version: '0.0.0', otlpEndpoint: null, log: quiet }),
    now: () => new Date(),
  });
  return await listen(application, { host: '127.0.0.1', port: 0, publicUrl: null, log: quiet });
}

/** Prompt, model, parser; each token is one event of Hono's stream writer. */
async function openPlain(baseUrl: string) {
  const prompt = ChatPromptTemplate.fromMessages([
    ['system', 'Answer from the quotes alone.'],
    ['human', '{question}'],
  ]);
  const chat = new ChatOpenAI({ model: 'paced', apiKey: 'none', temperature: 0, configuration: { baseURL: baseUrl } });
  const chain = prompt.pipe(chat).pipe(new StringOutputParser());
  const app = new Hono();
  app.post('/', async (c) => {
    const { question } = (await c.req.json()) as { question: string };
    return streamSSE(c, async (stream) => {
      for await (const token of await chain.stream({ question }))
        await stream.writeSSE({ event: 'text-delta', data: token });
    });
  });
  const application = { app, createSignInPath: () => '', stop: async () => {} };
  return await listen(application as never, {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    log: { info: () => {}, warn: () => {} },
  });
}

function start(script: string, options: object): ChildProcess {
  return fork(join(import.meta.dirname, 'bench', script), [JSON.stringify(options)]);
}
