import type { AnswererInput } from '../answerer.ts';
import { quantitiesOf } from '../ground/quantities.ts';
import type { RankedUnit } from './rank-units.ts';
import { coverage } from './term-weights.ts';

type Selection = Pick<AnswererInput, 'question' | 'passages' | 'units' | 'weights'>;

const most = 4;
/** Units that come first whatever their place: who asks while a customer waits reads no further. */
const leading = 2;
const mostSteps = 8;
/** Units whose score is this close to the best one answer as well. */
const closeMargin = 0.32;
/** A unit further behind comes in when it covers this much more of the question. */
const newCoverage = 0.15;
const farMargin = 0.4;
/** The sentence that follows the best one goes on about it: for the second place that counts as so much score. */
const nextBonus = 0.05;
/** Characters between two sentences, with the mark of a list. */
const mostBetween = 3;
const duplicateShare = 0.75;
/** Two units speak of the same thing when they share this much of the smaller one's terms. */
const sameThingShare = 0.5;
const longestUnit = 900;

const asksHow =
  /\bhow (?:do|can|to|should|would|must|could)\b|\bsteps?\b|\bwhat (?:do|must|should) (?:i|we) do\b|\bset up\b|\binstructions?\b/i;
const datesThePage = /^(?:last )?(?:updated|reviewed|published|modified)\b.{0,60}$/i;
/** `For errors:` says nothing by itself. */
const onlyAnnounces = /^\P{L}*(?:\S+\s+){0,2}\S+:\P{L}*$/u;
/** Openings that point at what was said right before: such a sentence brings it along. */
const leansOnTheSentenceBefore = /^(?:it|its|they|this|these|those|such|then|he|she|otherwise|instead|after that)\b/i;
/** Further openings that mean something else behind another sentence. */
const goesOn =
  /^(?:their|them|his|her|(?:before|until|besides) (?:that|then)|in (?:that|this|either|such a|the same) (?:case|way)|in addition|the same|(?:the |an)?others?|both|neither|either|also|however|but|so|therefore|thus|hence|for (?:example|instance)|as a result|likewise|similarly)\b/i;

/**
 * Chooses what to say: the best two units first, then others that are nearly as good or cover what is still missing, each in
 * readable order; a numbered procedure as a whole, and the other side where another document states a different number for the same thing.
 */
export function selectUnits(input: Selection): RankedUnit[] {
  const [best, ...others] = input.units.filter(isUsable);
  if (!best) return [];
  const worth = (unit: RankedUnit) => unit.score + (follows(unit, best) ? nextBonus : 0);
  const candidates = [best, ...others.sort((one, other) => worth(other) - worth(one))];
  if (asksHow.test(input.question)) {
    const steps = procedureOf(best, candidates);
    if (steps.length > 1) return steps;
  }
  const chosen = [best, ...continuationOf(best, candidates)];
  const wanted = input.weights.weighted(input.question);
  for (const unit of candidates) {
    if (chosen.length >= most) break;
    if (!chosen.includes(unit) && shouldJoin(unit, { chosen, best, wanted, input })) chosen.push(unit);
  }
  const lead = candidates.filter((unit) => chosen.includes(unit)).slice(0, leading);
  return keepTogether(leadFirst(withContext(chosen, candidates), lead), { lead, units: input.units });
}

function follows({ passage, start }: RankedUnit, before: RankedUnit): boolean {
  return passage === before.passage && start >= before.end && start - before.end <= mostBetween;
}

/** Whether an answer may show it: no question, no line that only dates its page or announces the next, none that is too long to be read. */
export function isUsable(unit: RankedUnit): boolean {
  const isQuestion = /\?["'”’)]*$/.test(unit.text);
  const isEmpty = datesThePage.test(unit.text) || onlyAnnounces.test(unit.text) || !/\p{L}/u.test(unit.text);
  return unit.text.length <= longestUnit && !isQuestion && !isEmpty;
}

interface Circumstances {
  readonly chosen: readonly RankedUnit[];
  readonly best: RankedUnit;
  readonly wanted: ReadonlyMap<string, number>;
  readonly input: Selection;
}

function shouldJoin(unit: RankedUnit, { chosen, best, wanted, input }: Circumstances): boolean {
  const twin = chosen.find((other) => overlap(unit, other) >= duplicateShare);
  if (twin) return isFromOtherDocument(unit, twin, input) && statesOtherNumber(unit, twin);
  const isFar = unit.score < best.score - farMargin;
  if (isFar) return false;
  if (unit.score >= best.score - closeMargin) return true;
  const contradicts = chosen.some(
    (other) =>
      isFromOtherDocument(unit, other, input) &&
      overlap(unit, other) >= sameThingShare &&
      statesOtherNumber(unit, other),
  );
  if (contradicts) return true;
  const before = new Set(chosen.flatMap((other) => [...other.terms]));
  const gained =
    coverage(wanted, { has: (term) => before.has(term) || unit.terms.has(term) }) - coverage(wanted, before);
  return gained >= newCoverage;
}

function isFromOtherDocument(one: RankedUnit, other: RankedUnit, { passages }: Selection): boolean {
  return passages[one.passage]?.documentId !== passages[other.passage]?.documentId;
}

/** Shared terms as a share of the smaller unit's. */
function overlap(one: RankedUnit, other: RankedUnit): number {
  const shared = [...one.terms].filter((term) => other.terms.has(term)).length;
  return shared / Math.max(1, Math.min(one.terms.size, other.terms.size));
}

/** True when both state a quantity of the same unit, and none of them agrees. */
function statesOtherNumber(one: RankedUnit, other: RankedUnit): boolean {
  const [left, right] = [quantitiesOf(one.text), quantitiesOf(other.text)];
  const isComparable = left.some((quantity) => right.some((another) => another.unit === quantity.unit));
  return isComparable && !left.some((quantity) => right.some((another) => another.value === quantity.value));
}

/** The numbered steps that the best unit belongs to, introduces or stands above; empty when there are none. */
function procedureOf(best: RankedUnit, candidates: readonly RankedUnit[]): RankedUnit[] {
  const near = candidates.filter((unit) => unit.isStep && unit.passage === best.passage);
  const belongs = (unit: RankedUnit) =>
    unit.block === best.block ||
    unit.lead?.start === best.start ||
    (unit.heading !== null && unit.heading === best.heading);
  const anchor = best.isStep ? best : near.filter(belongs).sort(byPlace)[0];
  if (!anchor) return [];
  const steps = near.filter((unit) => unit.block === anchor.block).sort(byPlace);
  return [...(best.isStep ? [] : [best]), ...steps].sort(byPlace).slice(0, mostSteps);
}

/** The sentence after the best one, when it speaks on about the same thing: `It holds …`. */
function continuationOf(best: RankedUnit, candidates: readonly RankedUnit[]): RankedUnit[] {
  const next = candidates
    .filter((unit) => unit.passage === best.passage && unit.block === best.block && unit.start >= best.end)
    .sort(byPlace)[0];
  return best.kind === 'sentence' && next && leansOnTheSentenceBefore.test(next.text) ? [next] : [];
}

/** Puts the sentence before in front of one that begins with a pronoun. */
function withContext(chosen: readonly RankedUnit[], candidates: readonly RankedUnit[]): RankedUnit[] {
  const all = [...chosen];
  for (const unit of chosen) {
    if (all.length >= most || unit.kind !== 'sentence' || !leansOnTheSentenceBefore.test(unit.text)) continue;
    const before = lastBefore(unit, candidates, 'block');
    if (before && !all.includes(before)) all.push(before);
  }
  return all;
}

/** What stands right before a unit, in its block or under its heading. */
function lastBefore(
  unit: RankedUnit,
  units: readonly RankedUnit[],
  within: 'block' | 'heading',
): RankedUnit | undefined {
  return units
    .filter((other) => other.passage === unit.passage && other[within] === unit[within] && other.end <= unit.start)
    .sort(byPlace)
    .at(-1);
}

/** The lead with the sentences that it leans on, then the rest; both in reading order. */
function leadFirst(chosen: readonly RankedUnit[], lead: readonly RankedUnit[]): RankedUnit[] {
  const ordered = inReadingOrder(chosen);
  const supports = (unit: RankedUnit) =>
    lead.some(
      (other) =>
        leansOnTheSentenceBefore.test(other.text) &&
        unit === ordered[ordered.indexOf(other) - 1] &&
        unit.block === other.block &&
        unit.passage === other.passage,
    );
  const isLead = (unit: RankedUnit) => lead.includes(unit) || supports(unit);
  const first = ordered.filter(isLead);
  // What the second one leans on must not push the best one back.
  const at = lead[0] ? first.indexOf(lead[0]) : 0;
  const before = first[at - 1];
  const start = at < leading ? 0 : at - (before && supports(before) ? 1 : 0);
  return [...first.slice(start), ...first.slice(0, start), ...ordered.filter((unit) => !isLead(unit))];
}

const isText = (kind: RankedUnit['kind']) => kind === 'sentence' || kind === 'item';

/**
 * A sentence that leans on the one before it follows that one, or falls out: elsewhere it would speak of something else. The leading
 * ones stay, and nothing comes between them.
 */
function keepTogether(
  ordered: readonly RankedUnit[],
  { lead, units }: { readonly lead: readonly RankedUnit[]; readonly units: readonly RankedUnit[] },
): RankedUnit[] {
  const leans = ({ kind, text }: RankedUnit) =>
    isText(kind) && (leansOnTheSentenceBefore.test(text) || goesOn.test(text));
  const leaning = ordered.filter((unit) => leans(unit) && !lead.includes(unit));
  const kept = ordered.filter((unit) => !leaning.includes(unit));
  for (const unit of leaning.sort(byPlace)) {
    const before = lastBefore(unit, units, 'heading');
    const at = before ? kept.indexOf(before) : -1;
    const next = kept[at + 1];
    if (at >= 0 && !(next && lead.includes(next))) kept.splice(at + 1, 0, unit);
  }
  return kept;
}

/** Passages in the order of their best unit, units in the order of their passage. */
function inReadingOrder(chosen: readonly RankedUnit[]): RankedUnit[] {
  const groups = [...new Set(chosen.map((unit) => unit.passage))];
  return groups.flatMap((passage) => chosen.filter((unit) => unit.passage === passage).sort(byPlace));
}

function byPlace(one: RankedUnit, other: RankedUnit): number {
  return one.start - other.start;
}
