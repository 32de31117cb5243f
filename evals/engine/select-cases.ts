import { sha256 } from '../../src/domain/sha256.ts';
import type { EvalCase, PlacedCase } from '../case.ts';

/** Which cases of a dataset are asked; each part leaves fewer, in this order. */
export interface Selection {
  /** `tag=a,b`, `split=dev`, `id=q1`: all must hold. */
  readonly filters: readonly string[];
  /** Null: all. */
  readonly only: ReadonlySet<string> | null;
  /** Part `index` (from 1) of `count`. */
  readonly shard: { readonly index: number; readonly count: number } | null;
  /** So many of them, drawn by the seed; null: all. */
  readonly sample: number | null;
  readonly limit: number | null;
  readonly seed: number;
}

/** The same at each call, so that a case is in the same part and the same sample whatever else is in the dataset. */
function drawOf(seed: number, id: string): string {
  return sha256(`${seed} ${id}`);
}

/** The selected cases in the order of the dataset; of a sample the ids alone are held in memory. */
export async function* selectCases(
  cases: () => AsyncIterable<PlacedCase>,
  selection: Selection,
): AsyncGenerator<EvalCase> {
  const sampled = selection.sample === null ? null : await drawSample(cases, selection, selection.sample);
  let given = 0;
  for await (const { case: one } of cases()) {
    if (!isIn(one, selection) || (sampled && !sampled.has(one.id))) continue;
    if (selection.limit !== null && given >= selection.limit) return;
    given += 1;
    yield one;
  }
}

function isIn(one: EvalCase, { filters, only, shard }: Selection): boolean {
  if (only && !only.has(one.id)) return false;
  if (!filters.every((filter) => matches(one, filter))) return false;
  return shard === null || Number.parseInt(drawOf(0, one.id).slice(0, 8), 16) % shard.count === shard.index - 1;
}

function matches({ id, tags, split = '' }: EvalCase, filter: string): boolean {
  const at = filter.indexOf('=');
  const wanted = filter.slice(at + 1).split(',');
  const values = { tag: tags, split: [split], id: [id] }[filter.slice(0, at)] ?? [];
  return values.some((value) => wanted.includes(value));
}

async function drawSample(
  cases: () => AsyncIterable<PlacedCase>,
  selection: Selection,
  count: number,
): Promise<Set<string>> {
  let drawn: { id: string; draw: string }[] = [];
  const keepSmallest = () => {
    drawn = drawn.sort((one, other) => (one.draw < other.draw ? -1 : 1)).slice(0, count);
  };
  for await (const { case: one } of cases()) {
    if (!isIn(one, selection)) continue;
    drawn.push({ id: one.id, draw: drawOf(selection.seed, one.id) });
    if (drawn.length > 2 * count + 1000) keepSmallest();
  }
  keepSmallest();
  return new Set(drawn.map(({ id }) => id));
}
