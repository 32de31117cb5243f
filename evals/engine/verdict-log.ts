import { open, rm } from 'node:fs/promises';
import { addPaid, type JudgeLedger, nothingPaid } from '../judge/judge-ledger.ts';
import { type JudgeTotals, VerdictRecord } from '../judge/verdict-record.ts';
import type { RunFiles } from '../reports/read-run.ts';
import { type Extent, openAppendLog, readLines, rewriteInOrder } from './append-log.ts';
import type { Budget } from './budget.ts';

/** The ledger of a run, which its budget pays for and whose records are lines of a file that only grows. */
export interface VerdictLog extends JudgeLedger {
  /** Puts the lines in the order of their keys, whatever came in first. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the file; what an earlier part of the run has paid counts. A line of which a part is missing at the end is cut off. */
export async function openVerdictLog(path: string, budget: Budget): Promise<VerdictLog> {
  const places: { key: string; place: Extent }[] = [];
  const known = new Set<string>();
  const replies = new Map<string, Extent>();
  let end = 0;
  for await (const { text, ...place } of readLines(path)) {
    const record = VerdictRecord.parse(JSON.parse(text));
    places.push({ key: record.key, place });
    known.add(record.key);
    if ('reply' in record.outcome) replies.set(record.key, place);
    budget.count(record);
    end = place.offset + place.length;
  }
  const log = await openAppendLog(path, end);
  return {
    reserve: budget.reserve,
    settle: budget.settle,
    async note(record) {
      // Metrics share verdicts: the second one finds what the first one had.
      if (record.kept && known.has(record.key)) return;
      known.add(record.key);
      const text = `${JSON.stringify(record)}\n`;
      const offset = await log.append(text);
      places.push({ key: record.key, place: { offset, length: Buffer.byteLength(text) } });
    },
    async told(key) {
      const place = replies.get(key);
      if (!place) return null;
      await using file = await open(path, 'r');
      const { buffer } = await file.read(Buffer.allocUnsafe(place.length), 0, place.length, place.offset);
      const { outcome } = VerdictRecord.parse(JSON.parse(buffer.toString()));
      return 'reply' in outcome ? outcome.reply : null;
    },
    async finish() {
      await log.close();
      const ordered = places.toSorted((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key)));
      if (ordered.length === 0) await rm(path, { force: true });
      else
        await rewriteInOrder(
          path,
          ordered.map(({ place }) => place),
        );
    },
    close: log.close,
  };
}

/** What the judges of a run did and took; undefined where no model judged. */
export async function sumVerdicts(files: RunFiles): Promise<JudgeTotals | undefined> {
  const counts = { verdicts: 0, kept: 0, faults: 0, failures: 0, standIns: 0 };
  let paid = nothingPaid;
  let records = 0;
  for await (const record of files.verdicts()) {
    records += 1;
    const { outcome } = record;
    if ('fault' in outcome) counts.faults += 1;
    else if ('failure' in outcome) counts.failures += 1;
    else {
      counts.verdicts += 1;
      counts.kept += Number(record.kept);
      counts.standIns += Number(record.standsFor !== null);
    }
    paid = addPaid(paid, record);
  }
  return records === 0 ? undefined : { ...counts, ...paid.usage, cost: paid.cost };
}
