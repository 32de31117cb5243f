import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AnswerRecord } from '../evals/answer-record.ts';
import { VerdictRecord } from '../evals/judge/verdict-record.ts';
import { Cell } from '../evals/metric.ts';
import { createRandom } from '../src/domain/random.ts';
import { type ModelRequest, startStubModelServer } from './stub-model-server.ts';

const cases = 40;
const repeats = 2;
const metrics = ['right', 'length', 'judgeCorrect'];
const workers = 4;
const judges = 2;

export interface SuiteCrashes {
  /** Empty; each run gets one below it. */
  readonly folder: string;
  readonly kills: number;
  /** After so many kills a run may come to its end, and the next one begins. */
  readonly killsPerRun: number;
  readonly seed: number;
  readonly onKill?: (note: string) => void;
}

export interface SuiteCrashReport {
  readonly kills: number;
  readonly runs: number;
  /** Answers, cells and verdicts that are not there when a run has ended. */
  readonly lost: number;
  /** Those that are there twice. */
  readonly doubled: number;
  /** Answers that were kept once and are others later. */
  readonly changed: number;
  /** Questions that were asked again, though no kill can have taken their answer; the same of calls of judges. */
  readonly askedAgain: number;
  readonly judgedAgain: number;
}

/** Kills runs of a suite with two judges at random moments of asking and judging, goes on with them, and counts what is not as it should be. */
export async function crashSuite({
  folder,
  kills,
  killsPerRun,
  seed,
  onKill,
}: SuiteCrashes): Promise<SuiteCrashReport> {
  const random = createRandom(seed);
  const calls = new Map<string, number>();
  const judge = ({ body }: ModelRequest): string => {
    const key = JSON.stringify([body.model, body.messages]);
    calls.set(key, (calls.get(key) ?? 0) + 1);
    return verdictOn(body.messages?.[1]?.content ?? '');
  };
  await using server = await startStubModelServer({ otherwise: { kind: 'text', text: judge } });
  const report = { kills: 0, runs: 0, lost: 0, doubled: 0, changed: 0, askedAgain: 0, judgedAgain: 0 };
  for (; report.kills < kills; report.runs += 1) {
    calls.clear();
    const out = join(folder, `${report.runs}`);
    const asked = `${out}.asked`;
    const run = async (last: number | null) =>
      await runUntil([out, asked, `${cases}`, server.url, existsSync(join(out, 'plan.json')) ? 'resume' : ''], last);
    const kept = new Map<string, string>();
    let killsHere = 0;
    while (killsHere < killsPerRun && report.kills < kills) {
      // Asking prints a line for each of 80 answers, and scoring as many.
      const line = random.integer(1, 2 * cases * repeats - workers);
      if (!(await run(line))) break;
      report.kills += 1;
      killsHere += 1;
      const lines = await wholeLines(join(out, 'answers.jsonl'));
      report.doubled += lines.length - new Set(lines.map(keyOfAnswer)).size;
      report.changed += lines.filter((own) => own !== (kept.get(keyOfAnswer(own)) ?? own)).length;
      for (const own of lines) kept.set(keyOfAnswer(own), own);
      onKill?.(`kill ${report.kills} at line ${line}: ${lines.length} answers kept`);
    }
    await run(null);
    const found = await readKeys(out);
    const wanted = wantedKeys();
    report.lost +=
      wanted.filter((key) => !found.includes(key)).length +
      Math.max(0, calls.size - found.filter((key) => key.startsWith('verdict ')).length);
    report.doubled += found.length - new Set(found).size;
    // A kill takes what its workers were at.
    const questions = (await wholeLines(asked)).length - cases * repeats;
    const again = [...calls.values()].reduce((sum, count) => sum + count - 1, 0);
    report.askedAgain += Math.max(0, questions - killsHere * workers);
    report.judgedAgain += Math.max(0, again - killsHere * workers * judges);
  }
  return report;
}

/** Finds every answer right, with words of both sides. */
function verdictOn(asked: string): string {
  const said = /It is \d+\./.exec(asked)?.[0] ?? '';
  return JSON.stringify({ contradicts: false, complete: true, partial: true, answerQuote: said, referenceQuote: said });
}

/** Runs until the line `last` of its output, then kills it; null: to its end. Resolves to whether it was killed before that. */
async function runUntil(words: readonly string[], last: number | null): Promise<boolean> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-stub-suite.ts'), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let lines = 0;
  for await (const _line of createInterface({ input: child.stdout })) {
    lines += 1;
    if (lines === last) child.kill('SIGKILL');
  }
  const code = await exited;
  const isKilled = code === null;
  if (!isKilled && code !== 0) throw new Error(`A run that nobody killed ended with ${code}.`);
  return isKilled;
}

function keyOfAnswer(line: string): string {
  const { case: id, repeat } = AnswerRecord.parse(JSON.parse(line));
  return `${id} ${repeat}`;
}

function wantedKeys(): string[] {
  const answers = Array.from({ length: cases }, (_, index) => [`c${index} 0`, `c${index} 1`]).flat();
  return [...answers, ...answers.flatMap((key) => metrics.map((metric) => `${key} ${metric}`))];
}

/** Each answer, cell and verdict of a run. */
async function readKeys(run: string): Promise<string[]> {
  const linesOf = async (file: string) => await wholeLines(join(run, file));
  const cells = (await linesOf('cells.jsonl')).map((line) => Cell.parse(JSON.parse(line)));
  const verdicts = (await linesOf('verdicts.jsonl')).map((line) => VerdictRecord.parse(JSON.parse(line)));
  return [
    ...(await linesOf('answers.jsonl')).map(keyOfAnswer),
    ...cells.map(({ case: id, repeat, metric, status }) => `${id} ${repeat} ${status === 'ok' ? metric : status}`),
    ...verdicts.map(({ key }) => `verdict ${key}`),
  ];
}

async function wholeLines(file: string): Promise<string[]> {
  if (!existsSync(file)) return [];
  const text = await readFile(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
}
