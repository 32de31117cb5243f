import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStubSuite, stubAnswer, stubCases, stubSuite, stubTarget } from '../test/stub-suite.ts';

/**
 * What the engine of suites adds to each case beside a target that answers at once, 8 at once, and whether its memory stays flat. Processor time counts,
 * all threads; waiting for the disk is shown beside it. Memory is what is in use after a collection, at a fifth of the cases and at their end.
 */
const count = Number(process.argv[2] ?? 10_000);
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
const folder = await mkdtemp(join(tmpdir(), 'footnote-bench-engine-'));
const used = () => {
  collect();
  return process.memoryUsage().heapUsed;
};
try {
  const cases = stubCases(count);
  const marks: { readonly done: number; readonly bytes: number }[] = [];
  let askedUntil = 0;
  let askedProcessor = 0;
  const started = performance.now();
  const before = process.cpuUsage();
  await runStubSuite({
    ...{ out: join(folder, 'run'), cases, suite: stubSuite({ concurrency: 8 }) },
    // Notes no questions, unlike the target of the tests.
    target: { ...stubTarget(), ask: async () => stubAnswer('It is so.') },
    progress: {
      step: () => {},
      asking: ({ done }) => {
        if (done === Math.floor(count / 5) || done === count) marks.push({ done, bytes: used() });
        if (done < count) return;
        askedUntil = performance.now() - started;
        const { user, system } = process.cpuUsage(before);
        askedProcessor = (user + system) / 1000;
      },
    },
  });
  const { user, system } = process.cpuUsage(before);
  const [first, last] = marks;
  const slope = first && last ? (last.bytes - first.bytes) / (last.done - first.done) : Number.NaN;
  const perCase = (milliseconds: number) => (milliseconds / count).toFixed(3);
  console.log(`${count} cases, 8 at once, milliseconds a case`);
  console.log(`  asking, processor      ${perCase(askedProcessor)}`);
  console.log(`  asking, with the disk  ${perCase(askedUntil)}`);
  console.log(`  all, processor         ${perCase((user + system) / 1000)}`);
  console.log(`memory: ${slope.toFixed(0)} bytes a case while asking`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
