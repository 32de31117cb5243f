import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sendJson } from './loopback-server.ts';

/** A fault that a run may meet: how it is planted, what the command must say of it, and its exit code. */
export interface Fault {
  readonly name: string;
  /** What the output must name. */
  readonly says: RegExp;
  /** 2 where it is left out. */
  readonly code?: number;
  /** Name of the suite, in place of its file. */
  readonly named?: string;
  /** Of the suite, in place of a sound one. */
  readonly suite?: object;
  /** Path of the target that answers. */
  readonly path?: keyof typeof targets;
  readonly cases?: (folder: string) => Promise<void>;
  readonly words?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the run goes on in the damaged folder. */
  readonly resumes?: true;
  /** Done to the folder of a sound run, before the suite is run again. */
  readonly damage?: (run: string) => Promise<void>;
}

type Reply = (response: ServerResponse) => void;

/** What a target may do to a question. */
export const targets = {
  sound: (response) => sendJson(response, 200, { answer: 'It is so.' }),
  limited: (response) => sendJson(response, 429, {}, { 'retry-after': '0' }),
  broken: (response) => sendJson(response, 500, {}),
  forbidden: (response) => sendJson(response, 401, {}),
  moved: (response) => void response.writeHead(302, { location: '/sound' }).end(),
  prose: (response) => void response.writeHead(200).end('It is so.'),
  nothing: (response) => sendJson(response, 200, {}),
  number: (response) => sendJson(response, 200, { answer: 7 }),
  cut: (response) => void response.writeHead(200, { 'content-length': '99' }).write('{"answ', () => response.destroy()),
  hung: () => {},
} satisfies Record<string, Reply>;

const line = (id: string, more: object = {}) =>
  JSON.stringify({ id, question: `What is ${id}?`, answers: ['It is so.'], ...more });
const writeCases =
  (...lines: readonly string[]) =>
  (folder: string) =>
    writeFile(join(folder, 'cases.jsonl'), lines.map((one) => `${one}\n`).join(''));
const soundCases = writeCases(line('a'), line('b'), line('c'));
const rewrite = async (file: string, change: (content: string) => string) =>
  await writeFile(file, change(await readFile(file, 'utf8')));

export const faults: readonly Fault[] = [
  { name: 'no case', cases: writeCases(), says: /cases: expected at least one/ },
  { name: 'no file of cases', cases: async () => {}, says: /cases\.jsonl cannot be read[\s\S]*ENOENT/ },
  { name: 'no gold', cases: writeCases(line('a', { answers: [] })), says: /No case has what exactMatch needs/ },
  { name: 'a wrong type', cases: writeCases(line('a'), line('b', { tags: 7 })), says: /line 2, tags: expected/ },
  { name: 'an unknown field', cases: writeCases(line('a', { anwser: 'x' })), says: /line 1, .*\n?.*anwser/ },
  { name: 'a broken line', cases: writeCases(line('a'), '{"id":'), says: /line 2, the line: expected JSON/ },
  { name: 'an id twice', cases: writeCases(line('a'), line('a')), says: /line 2, id: .*the id of line 1/ },
  {
    name: 'cases that are packed and cut off',
    suite: { data: { path: 'cases.jsonl.gz', format: 'native' } },
    cases: (folder) => writeFile(join(folder, 'cases.jsonl.gz'), gzipSync(`${line('a')}\n`.repeat(99)).subarray(0, 40)),
    says: /expected a gzip file/,
  },
  { name: 'a filter that takes nothing', words: ['--filter', 'tag=none'], says: /No case is selected/ },
  { name: 'a suite that is not there', named: 'smoek', says: /a file in YAML, or one of .*smoke/ },
  { name: 'an unknown metric', suite: { metrics: ['exactMtach'] }, says: /exactMtach/ },
  { name: 'an unknown field of the suite', suite: { gate: ['exactMatch >= 1'] }, says: /suite\.yaml:1, gate/ },
  { name: 'a gate that cannot be read', words: ['--gate', 'exactMatch => 1'], says: /exactMatch => 1/ },
  { name: 'a gate of another metric', words: ['--gate', 'tokenF1 >= 1'], says: /tokenF1/ },
  { name: 'a difference to no baseline', words: ['--gate', 'delta(exactMatch) >= 0'], says: /INVALID .*baseline/ },
  { name: 'a baseline that is not there', words: ['--baseline', 'nowhere'], says: /nowhere cannot be read as a run/ },
  {
    name: 'a target that is down',
    suite: { target: { kind: 'http', url: 'http://127.0.0.1:9/', answer: 'answer' } },
    says: /3 TARGET_UNAVAILABLE/,
  },
  { name: 'a limit of the rate that never ends', path: 'limited', says: /3 TARGET_UNAVAILABLE .*429/ },
  { name: 'a server in trouble', path: 'broken', says: /3 TARGET_UNAVAILABLE .*500/ },
  { name: 'a key that is refused', path: 'forbidden', says: /401/ },
  { name: 'a target that leads elsewhere', path: 'moved', says: /302/ },
  { name: 'a target that answers prose', path: 'prose', says: /3 TARGET_BAD_RESPONSE .*not JSON/ },
  { name: 'a reply without an answer', path: 'nothing', says: /3 TARGET_BAD_RESPONSE .*answer/ },
  { name: 'an answer that is no text', path: 'number', says: /3 TARGET_BAD_RESPONSE/ },
  { name: 'a reply that breaks off', path: 'cut', says: /3 TARGET_/ },
  { name: 'a target that never answers', path: 'hung', suite: { timeoutSeconds: 0.2 }, says: /3 DEADLINE_EXCEEDED/ },
  { name: 'the end of the budget', words: ['--budget-tokens', '1'], says: /stopped at the end of the budget/, code: 3 },
  {
    name: 'a judge that answers prose',
    suite: { metrics: ['judgeCorrect'] },
    environment: { EVAL_JUDGE_MODEL: 'judge' },
    says: /cells of judgeCorrect are errors/,
  },
  { name: 'no judge', suite: { metrics: ['judgeCorrect'] }, says: /EVAL_JUDGE_MODEL/ },
  {
    name: 'recordings of another target',
    suite: { recordings: 'recorded' },
    words: ['--cache', 'replay'],
    damage: async (run) => {
      await mkdir(join(run, '..', 'recorded'));
      for (const file of ['plan.json', 'answers.jsonl', 'cases.jsonl', 'cells.jsonl', 'summary.json'])
        await copyFile(join(run, file), join(run, '..', 'recorded', file));
      await rewrite(join(run, '..', 'suite.yaml'), (suite) =>
        suite.replace('"answer":"answer"', '"answer":"answer","version":"2"'),
      );
      await rm(run, { recursive: true });
    },
    says: /RECORDING_MISSING/,
  },
  {
    name: 'a file in the place of the folder',
    damage: async (run) => {
      await rm(run, { recursive: true });
      await writeFile(run, '');
    },
    says: /--out: expected a folder to write into, got EEXIST/,
  },
  {
    name: 'a damaged store of kept answers',
    damage: async (run) => {
      await rm(run, { recursive: true });
      const kept = join(run, '..', 'data', 'evals', 'cache');
      await rm(kept, { recursive: true });
      await mkdir(kept);
      await writeFile(join(kept, 'results.sqlite'), 'This is no database. '.repeat(400));
    },
    says: /results\.sqlite: expected kept answers, got a damaged file: remove it/,
  },
  { name: 'a folder that holds a run', damage: async () => {}, says: /--resume goes on with it/ },
  {
    name: 'other cases than the run began with',
    damage: (run) => writeCases(line('x'))(join(run, '..')),
    resumes: true,
    says: /data: expected/,
  },
  {
    name: 'a run of a newer layout',
    damage: (run) => rewrite(join(run, 'plan.json'), (plan) => plan.replace(/"format": \d+/, '"format": 99')),
    resumes: true,
    says: /a newer Footnote wrote this run/,
  },
  {
    name: 'an answer that is damaged',
    damage: (run) => rewrite(join(run, 'answers.jsonl'), (answers) => answers.replace('"case":"b"', '"case":b')),
    resumes: true,
    says: /answers\.jsonl:2/,
  },
];

/** A folder with a suite and cases that are sound but for the fault. */
export async function plant(
  folder: string,
  url: string,
  { suite = {}, cases = soundCases, path = 'sound' }: Fault,
): Promise<void> {
  await cases(folder);
  const sound = {
    ...{ name: 'planted', target: { kind: 'http', url: `${url}/${path}`, answer: 'answer' } },
    ...{
      data: { path: 'cases.jsonl', format: 'native' },
      metrics: ['exactMatch'],
      gates: ['exactMatch >= 0'],
      retries: 1,
    },
  };
  const { metrics = sound.metrics } = suite as { metrics?: readonly string[] };
  await writeFile(join(folder, 'suite.yaml'), JSON.stringify({ ...sound, gates: [`${metrics[0]} >= 0`], ...suite }));
}
