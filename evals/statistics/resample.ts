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
  const values = drawMeans(units, resamples, seed).sort();
  return { estimate, values, acceleration: accelerationOf(units) };
}

/** A fraction of 32 bits. */
const unit = 2 ** -32;

/**
 * Most units say the same in many a metric, as "no difference": how many of those are drawn is one binomial number, and only the others are drawn one
 * by one. Marsaglia's 32-bit xorshift (2003) in a local variable is several times as fast here as a generator behind a function.
 */
function drawMeans(units: Units, resamples: number, seed: number): Float64Array {
  const { common, sums, counts } = setApart(units);
  const size = units.sums.length;
  const rare = sums.length;
  const numberOfRare = binomialShares(size, rare / size);
  const values = new Float64Array(resamples);
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  for (let round = 0; round < resamples; round += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const drawn = firstAbove(numberOfRare, (state >>> 0) * unit);
    let sum = common.sum * (size - drawn);
    let count = common.count * (size - drawn);
    for (let draws = 0; draws < drawn; draws += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const place = ((state >>> 0) * unit * rare) | 0;
      sum += sums[place] as number;
      count += counts[place] as number;
    }
    values[round] = sum / count;
  }
  return values;
}

interface SetApart extends Units {
  /** Of one of the most common units; those that are equal to it are left out of the lists. */
  readonly common: { readonly sum: number; readonly count: number };
}

function setApart({ sums, counts }: Units): SetApart {
  const keys = Array.from(sums, (sum, place) => `${sum} ${counts[place]}`);
  const frequencies = new Map<string, number>();
  for (const key of keys) frequencies.set(key, (frequencies.get(key) ?? 0) + 1);
  let best = keys[0] ?? '';
  for (const [key, frequency] of frequencies) if (frequency > (frequencies.get(best) ?? 0)) best = key;
  const place = keys.indexOf(best);
  const isRare = (_value: number, index: number) => keys[index] !== best;
  return {
    common: { sum: sums[place] ?? 0, count: counts[place] ?? 0 },
    sums: sums.filter(isRare),
    counts: counts.filter(isRare),
  };
}

/** The chances of at most 0, 1, … successes out of `size` with this chance of each. */
function binomialShares(size: number, chance: number): Float64Array {
  const shares = new Float64Array(size + 1).fill(1);
  if (chance <= 0) return shares;
  if (chance >= 1) return shares.fill(0, 0, size);
  const odds = Math.log(chance / (1 - chance));
  let logTerm = size * Math.log1p(-chance);
  let sum = 0;
  for (let successes = 0; successes < size; successes += 1) {
    sum += Math.exp(logTerm);
    shares[successes] = Math.min(1, sum);
    logTerm += Math.log((size - successes) / (successes + 1)) + odds;
  }
  return shares;
}

/** The first place whose value is above `value`; the last one where none is. */
function firstAbove(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
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
