import { compareRuns } from '../evals/compare/compare-runs.ts';
import { writeBaseline } from '../evals/engine/write-baseline.ts';
import { htmlReport } from '../evals/reports/html/page.ts';
import { readRun } from '../evals/reports/read-run.ts';

/** Compares two runs, writes the page of the second one and makes it a baseline, in a process of its own whose memory may be small. */
const [first = '', second = '', baseline = ''] = process.argv.slice(2);
const [before, after] = [await readRun(first), await readRun(second)];
const { pairs } = await compareRuns(before, after, { isForced: false, most: 5 });
const page = await htmlReport(after, before);
await writeBaseline(after, baseline);
console.log(pairs, page.length);
