import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AnswerRecord } from '../evals/answer-record.ts';
import { Cell } from '../evals/metric.ts';
import { createRandom } from '../src/domain/random.ts';

const cases = 40;
const repeats = 2;
const rounds = 2;
const killsPerRound = 3;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-crash-suite-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs until the line `last` of its output, then kills it; null: to its end. */
async function run(words: readonly string[], last: number | null): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, ['test/run-stub-suite.ts', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let lines = 0;
  if (child.stdout)
    for await (const _line of createInterface({ input: child.stdout })) {
      lines += 1;
      if (lines === last) child.kill('SIGKILL');
    }
  const code = await exited;
  if (last === null) expect(code).toBe(0);
}

const wholeLines = async (file: string) => {
  if (!existsSync(file)) return [];
  const text = await readFile(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
};

it('keeps every answer and every cell exactly once, wherever the run is killed', async () => {
  const random = createRandom(7);
  for (let round = 0; round < rounds; round += 1) {
    const out = join(root, `${round}`);
    const asked = join(root, `${round}.asked`);
    const words = [out, asked, String(cases)];
    const answersKept = new Map<string, string>();
    let lost = 0;
    for (let kill = 0; kill < killsPerRound; kill += 1) {
      const isResumed = existsSync(join(out, 'plan.json'));
      // Asking prints a line for each of 80 answers, scoring as many.
      await run([...words, isResumed ? 'resume' : ''], random.integer(1, 110));
      const kept = await wholeLines(join(out, 'answers.jsonl'));
      for (const line of kept) {
        const { case: id, repeat } = AnswerRecord.parse(JSON.parse(line));
        const before = answersKept.get(`${id} ${repeat}`);
        // What was kept once stays as it is.
        expect(line).toBe(before ?? line);
        answersKept.set(`${id} ${repeat}`, line);
      }
      expect(new Set(kept).size).toBe(kept.length);
      expect(answersKept.size).toBe(kept.length);
      lost += 4;
    }
    await run([...words, existsSync(join(out, 'plan.json')) ? 'resume' : ''], null);
    const answers = (await wholeLines(join(out, 'answers.jsonl'))).map((line) => AnswerRecord.parse(JSON.parse(line)));
    const wanted = Array.from({ length: cases }, (_, index) => [`c${index} 0`, `c${index} 1`]).flat();
    expect(answers.map(({ case: id, repeat }) => `${id} ${repeat}`)).toEqual(wanted);
    const cells = (await wholeLines(join(out, 'cells.jsonl'))).map((line) => Cell.parse(JSON.parse(line)));
    expect(cells.map(({ case: id, repeat, metric }) => `${id} ${repeat} ${metric}`)).toEqual(
      wanted.flatMap((key) => [`${key} right`, `${key} length`]),
    );
    // A kill loses what was being asked, which four workers do, and nothing else is asked twice.
    const questions = await wholeLines(asked);
    expect(questions.length).toBeGreaterThanOrEqual(cases * repeats);
    expect(questions.length).toBeLessThanOrEqual(cases * repeats + lost);
  }
}, 240_000);
