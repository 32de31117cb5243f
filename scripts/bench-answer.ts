import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../evals/metrics/percentile.ts';
import { readQuestionFolder } from '../evals/readers/beir.ts';
import { createEvalTarget } from '../src/cli/eval-target.ts';
import { loadConfig } from '../src/config.ts';
import { isFinalEvent } from '../src/domain/answer.ts';
import { createRandom } from '../src/domain/random.ts';
import { splitSentences } from '../src/domain/sentences.ts';
import { openFootnote } from '../src/main.ts';

/**
 * Time from a question to its first event, first released sentence and end, over a tenant of 10,000 passages, with the time of each step and the
 * processor time of a question; milliseconds.
 */
const passageCount = 10_000;
const questionCount = 120;
const handbook = join(import.meta.dirname, '../datasets/handbook');

const dataDir = await mkdtemp(join(tmpdir(), 'footnote-bench-'));
const footnote = await openFootnote(loadConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'warn' }));
const tenant = await footnote.stores.identities.createTenant('bench');
try {
  const target = createEvalTarget(footnote, tenant.id);
  await target.addPassages(passages(), progress);
  await target.waitUntilEmbedded(progress);
  const { queries } = await readQuestionFolder(handbook);
  const times = {
    firstEvent: [] as number[],
    firstSentence: [] as number[],
    end: [] as number[],
  };
  const steps = new Map<string, number[]>();
  const before = process.cpuUsage();
  for (const question of queries.filter(({ answerable }) => answerable).slice(0, questionCount)) {
    const started = performance.now();
    const elapsed = () => performance.now() - started;
    let hasEvent = false;
    let hasSentence = false;
    for await (const event of target.ask(
      { question: question.text, history: [...question.history], groups: [] },
      AbortSignal.timeout(60_000),
    )) {
      if (!hasEvent) times.firstEvent.push(elapsed());
      hasEvent = true;
      if (event.type === 'sentence-finished' && !hasSentence) times.firstSentence.push(elapsed());
      hasSentence ||= event.type === 'sentence-finished';
      if (isFinalEvent(event)) times.end.push(elapsed());
      if (event.type !== 'answer-finished') continue;
      for (const [step, value] of Object.entries(event.timings)) steps.set(step, [...(steps.get(step) ?? []), value]);
    }
  }
  const { user, system } = process.cpuUsage(before);
  console.log(`answers over ${passageCount} passages, ${times.end.length} questions, milliseconds`);
  for (const [name, values] of Object.entries(times)) console.log(`  ${name.padEnd(14)} ${describe(values)}`);
  console.log('steps of answers that were given');
  for (const [name, values] of steps) console.log(`  ${name.padEnd(14)} ${describe(values)}`);
  const processor = (user + system) / 1_000 / times.end.length;
  console.log(`processor time of a question, all threads: ${processor.toFixed(1)}`);
} finally {
  await footnote.close();
  await rm(dataDir, { recursive: true, force: true });
}

/** Pairs of sentences of the sample handbook, each pair once. */
async function* passages() {
  const { pick } = createRandom(1);
  const texts = await Promise.all(
    [
      'faq.md',
      'troubleshooting/error-codes.md',
      'billing/plans-and-limits.md',
      'desktop/configuration-reference.md',
    ].map((name) => readFile(join(handbook, 'documents', name), 'utf8')),
  );
  const sentences = texts.flatMap((text) => splitSentences(text).map(({ start, end }) => text.slice(start, end)));
  for (let number = 0; number < passageCount; number += 1)
    yield { id: `p${number}`, title: `Note ${number}`, text: `${pick(sentences)} ${pick(sentences)}` };
}

function progress(label: string, done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${label} ${done}/${total}   `);
}

function describe(values: readonly number[]): string {
  const at = (share: number) => (percentile(values, share) ?? Number.NaN).toFixed(1).padStart(7);
  return `p50 ${at(0.5)}   p95 ${at(0.95)}`;
}
