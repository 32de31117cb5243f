import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../../evals/metrics/percentile.ts';
import { type Client, createClient } from '../../src/cli/client.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Page } from '../../src/store/documents.ts';
import { createServerDatabase } from '../../test/open-database.ts';
import { localKeyOf, type ServerProcess, startServer } from '../../test/server-process.ts';
import { startStubEmbeddings } from './stub-embeddings.ts';

const questions = [
  'How many times do you retry a failed charge?',
  'What does the Team plan cost per member a month?',
  'Are monthly plans refunded?',
  'How do I move a project to another workspace?',
];
/** The code of a process that has just started is slow, and of few questions the slowest hundredth is one. */
const warmUpQuestions = 60;
const idleQuestions = 300;

/** A server process takes the folder in: passages a second by words, a run over what is unchanged, and its peak memory; then another one while it is asked, with p99 of a question. */
export async function measureServer(folder: string, dataDir: string): Promise<void> {
  await onServer(join(dataDir, 'unasked'), async ({ client, server, environment }) => {
    await ingest(folder, environment);
    await reportWords(client, 'searchable by words');
    const again = await secondsOf(() => ingest(folder, environment));
    console.log(`second run, nothing changed: ${again.toFixed(1)} s, with the start of the command`);
    console.log(`peak memory of the server: ${await peakMegabytes(server)} MB`);
  });
  await onServer(join(dataDir, 'asked'), async ({ client, server, environment }) => {
    await ask(client, warmUpQuestions);
    const idle = await ask(client, idleQuestions);
    const times = await askMeanwhile(client, () => ingest(folder, environment));
    await reportWords(client, 'searchable by words, asked all the while');
    reportTimes('a question, nothing else to do', idle);
    reportTimes('a question while files are read', times);
    reportTimes('a question while texts are embedded', await ask(client, idleQuestions));
    const ratio = (percentile(times, 0.99) ?? 0) / (percentile(idle, 0.99) ?? 1);
    console.log(`  while files are read p99 is ${ratio.toFixed(1)} times that of a server at rest`);
    console.log(`peak memory of the server that is asked: ${await peakMegabytes(server)} MB`);
  });
}

/** A server process takes in a folder of PDFs: passages a second by words, and its peak memory. */
export async function measurePdfs(folder: string, dataDir: string): Promise<void> {
  await onServer(dataDir, async ({ client, server, environment }) => {
    await ingest(folder, environment);
    await reportWords(client, 'PDFs searchable by words');
    console.log(`peak memory of the server with PDFs: ${await peakMegabytes(server)} MB`);
  });
}

interface BenchServer {
  readonly client: Client;
  readonly server: ServerProcess;
  readonly environment: NodeJS.ProcessEnv;
}

/** A server process on a data folder of its own, which has read the sample knowledge base when `work` begins. */
async function onServer(dataDir: string, work: (bench: BenchServer) => Promise<void>): Promise<void> {
  const environment = { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error' };
  const server = await startServer(environment);
  try {
    const client = await clientOf(server, dataDir);
    await untilDone(client);
    await work({ client, server, environment });
  } finally {
    await server.end('SIGTERM');
  }
}

/** Server and two workers on Postgres with an embedding server that takes 20 ms a call. */
export async function measureWorkers(folder: string, dataDir: string, databaseServer: string): Promise<void> {
  const dimensions = 256;
  await using stub = await startStubEmbeddings(20, dimensions);
  const database = await createServerDatabase(databaseServer);
  const environment = {
    ...{ PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error', DATABASE_URL: database.url },
    ...{ OPENAI_BASE_URL: `${stub.url}/v1`, CHAT_MODEL: 'none', INGEST_IN_SERVER: 'false' },
    ...{ EMBEDDING_MODEL: 'stub', EMBEDDING_DIMENSIONS: String(dimensions) },
  };
  const server = await startServer(environment);
  const workers = [1, 2].map(() => startProcess(['worker'], environment));
  try {
    const client = await clientOf(server, dataDir);
    await untilDone(client);
    await ingest(folder, environment);
    await untilDone(client);
    const ended = Date.now();
    const { passages, seconds, startedAt } = await newestJob(client);
    const whole = (ended - startedAt) / 1000;
    console.log(
      `Postgres, two workers, embedding server of 20 ms a call: ${passages} passages in ${whole.toFixed(1)} s, ${(passages / whole).toFixed(0)} a second read and embedded; read after ${seconds.toFixed(1)} s`,
    );
  } finally {
    for (const worker of workers) worker.kill('SIGTERM');
    await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, 'exit')));
    await server.end('SIGTERM');
    await database.drop();
  }
}

function startProcess(words: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, ['bin/footnote.js', ...words], { env, stdio: 'ignore' });
}

async function ingest(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const [code] = await once(startProcess(['ingest', folder, '--wait', 'lexical', '--source', 'bench'], env), 'exit');
  if (code !== 0) console.warn(`ingest ended with ${code}: some files cannot be read`);
}

async function clientOf({ url }: ServerProcess, dataDir: string): Promise<Client> {
  return createClient(
    (path, init) => fetch(`${url}${path}`, init),
    await localKeyOf(dataDir),
    async () => {},
  );
}

/** Its passages, and the seconds from its first document to the last that was read: without the start of the command. */
async function newestJob(client: Client) {
  const { items } = await client.get<Page<Job>>('/v1/jobs?limit=1');
  const [job] = items;
  if (!job) throw new Error('There is no job.');
  const startedAt = Date.parse(job.createdAt);
  return { passages: job.passages, startedAt, seconds: (Date.parse(job.updatedAt) - startedAt) / 1000 };
}

async function reportWords(client: Client, what: string): Promise<void> {
  const { passages, seconds } = await newestJob(client);
  const rate = (passages / seconds).toFixed(0);
  console.log(`${what}: ${passages} passages in ${seconds.toFixed(1)} s, ${rate} a second`);
}

async function untilDone(client: Client): Promise<void> {
  for (;;) {
    const { items } = await client.get<Page<Job>>('/v1/jobs?state=running');
    if (items.length === 0) return;
    await pause(50);
  }
}

/** Milliseconds of so many questions, one after the other. */
async function ask(client: Client, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let number = 0; number < count; number += 1) times.push(await askOnce(client, number));
  return times;
}

async function askOnce(client: Client, number: number): Promise<number> {
  const started = performance.now();
  await client.post('/v1/search', { query: questions[number % questions.length], limit: 10 });
  return performance.now() - started;
}

async function askMeanwhile(client: Client, work: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  let isOver = false;
  const working = work().finally(() => {
    isOver = true;
  });
  for (let number = 0; !isOver; number += 1) {
    times.push(await askOnce(client, number));
    await pause(50);
  }
  await working;
  return times;
}

function reportTimes(what: string, times: readonly number[]): void {
  const at = (share: number) => (percentile(times, share) ?? Number.NaN).toFixed(0);
  console.log(`  ${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${times.length})`);
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** As Linux counts it. */
async function peakMegabytes({ child }: ServerProcess): Promise<string> {
  const status = await readFile(join('/proc', String(child.pid), 'status'), 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+)/m.exec(status)?.[1];
  return kilobytes ? (Number(kilobytes) / 1024).toFixed(0) : 'unknown';
}
