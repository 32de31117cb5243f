import { createRandom } from '../../src/domain/random.ts';
import type { Resampled } from './bca.ts';

/** Values of independent units, as source documents, each with the sum over its cases and how many those are. */
export interface Units {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** What a case says, and what it shares with others; a case with null stands for itself. */
export interface Observation {
  readonly value: number;
  readonly cluster: string | null;
}

export function unitsOf(observations: readonly Observation[]): Units {
  const places = new Map<string, number>();
  const sums: number[] = [];
  const counts: number[] = [];
  for (const { value, cluster } of observations) {
    const place = (cluster === null ? undefined : places.get(cluster)) ?? sums.length;
    if (cluster !== null) places.set(cluster, place);
    sums[place] = (sums[place] ?? 0) + value;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return { sums: Float64Array.from(sums), counts: Float64Array.from(counts) };
}

/**
 * The mean over all cases with its bootstrap distribution. Units are drawn with replacement and come with all of their cases and repeats:
 * drawing those again within a unit would count their spread twice. Source: Davison and Hinkley 1997, section 3.8. Same seed, same values.
 */
export function resampleMean(units: Units, resamples: number, seed: number): Resampled {
  const { sums, counts } = units;
  const estimate = total(sums) / total(counts);
  const values = counts.every((count) => count === counts[0])
    ? drawEqual(units, resamples, seed)
    : drawWeighted(units, resamples, seed);
  return { estimate, values: values.sort(), acceleration: accelerationOf(units) };
}

/** Units of one size: the mean of the sums alone. */
function drawEqual({ sums, counts }: Units, resamples: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const size = sums.length;
  const values = new Float64Array(resamples);
  for (let round = 0; round < resamples; round += 1) {
    let sum = 0;
    for (let draw = 0; draw < size; draw += 1) sum += sums[(random.next() * size) | 0] ?? 0;
    values[round] = sum / (size * (counts[0] ?? 1));
  }
  return values;
}

function drawWeighted({ sums, counts }: Units, resamples: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const size = sums.length;
  const values = new Float64Array(resamples);
  for (let round = 0; round < resamples; round += 1) {
    let sum = 0;
    let count = 0;
    for (let draw = 0; draw < size; draw += 1) {
      const place = (random.next() * size) | 0;
      sum += sums[place] ?? 0;
      count += counts[place] ?? 0;
    }
    values[round] = sum / count;
  }
  return values;
}

function accelerationOf({ sums, counts }: Units): number {
  const [allSums, allCounts] = [total(sums), total(counts)];
  const without = sums.map((sum, place) => (allSums - sum) / (allCounts - (counts[place] ?? 0)));
  return jackknifeAcceleration(without);
}

/** Of leave-one-out estimates: Σd³ / 6(Σd²)^1.5 with d = their mean - each; 0 where all are equal. */
export function jackknifeAcceleration(estimates: Float64Array): number {
  const mean = total(estimates) / estimates.length;
  let squares = 0;
  let cubes = 0;
  for (const estimate of estimates) {
    const distance = mean - estimate;
    squares += distance ** 2;
    cubes += distance ** 3;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
