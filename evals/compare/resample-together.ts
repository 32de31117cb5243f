import { createRandom } from '../../src/domain/random.ts';
import type { Resampled } from '../statistics/bca.ts';
import { jackknifeAcceleration, total, type Units } from '../statistics/resample.ts';

/**
 * Bootstrap distributions of several means over the same clusters: each resample draws clusters with replacement once, for all columns, and a
 * column's value is Σ sums / Σ counts over what was drawn. Columns have a place for every cluster, with count 0 where a column has none of
 * its cases. Work grows with the places whose sum is not 0, so that columns of few changes cost little. Same seed, same values.
 */
export function resampleTogether(columns: readonly Units[], resamples: number, seed: number): Resampled[] {
  const size = columns[0]?.sums.length ?? 0;
  const random = createRandom(seed);
  const sparse = columns.map(({ sums, counts }) => ({
    sums: sparseOf(sums, 0),
    counts: sparseOf(counts, mostCommon(counts)),
    base: mostCommon(counts) * size,
    estimate: total(sums) / total(counts),
  }));
  const values = columns.map(() => new Float64Array(resamples));
  const drawn = new Int32Array(size);
  for (let round = 0; round < resamples; round += 1) {
    drawn.fill(0);
    for (let draw = 0; draw < size; draw += 1) {
      const place = (random.next() * size) | 0;
      drawn[place] = (drawn[place] ?? 0) + 1;
    }
    for (const [index, { sums, counts, base, estimate }] of sparse.entries()) {
      const count = base + weigh(counts, drawn);
      const own = values[index];
      if (own) own[round] = count > 0 ? weigh(sums, drawn) / count : estimate;
    }
  }
  return columns.map((column, index) => ({
    estimate: sparse[index]?.estimate ?? Number.NaN,
    values: (values[index] ?? new Float64Array()).sort(),
    acceleration: accelerationOf(column),
  }));
}

interface Sparse {
  readonly places: Int32Array;
  /** What each of them has beyond the base. */
  readonly values: Float64Array;
}

function sparseOf(values: Float64Array, base: number): Sparse {
  const places = Int32Array.from([...values.keys()].filter((place) => values[place] !== base));
  return { places, values: Float64Array.from(places, (place) => (values[place] ?? 0) - base) };
}

function weigh({ places, values }: Sparse, drawn: Int32Array): number {
  let sum = 0;
  for (let index = 0; index < places.length; index += 1) sum += (values[index] ?? 0) * (drawn[places[index] ?? 0] ?? 0);
  return sum;
}

function mostCommon(values: Float64Array): number {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
}

function accelerationOf({ sums, counts }: Units): number {
  const [allSums, allCounts] = [total(sums), total(counts)];
  const places = [...sums.keys()].filter((place) => (counts[place] ?? 0) > 0 && (counts[place] ?? 0) < allCounts);
  return jackknifeAcceleration(
    Float64Array.from(places, (place) => (allSums - (sums[place] ?? 0)) / (allCounts - (counts[place] ?? 0))),
  );
}
