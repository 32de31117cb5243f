import type { AnswerLocator, LocatedPassage } from '../../models/answer-locator.ts';
import { languageOf } from '../../models/sparse/languages.ts';
import type { ScoredPassage } from '../../retrieve/retrieve.ts';
import { languageOfAsker } from '../refuse/language-of-asker.ts';
import type { RankedUnit } from './rank-units.ts';

/** The most promising units are read at once, of the passages that the first of them stand in; while the answer is in none, as many more. */
const unitsAtOnce = 16;
const passagesAtOnce = 2;
const mostRounds = 3;
/** Longer than they take on a machine at work; the answer goes on without it then. */
const deadlineMs = 1500;

/** Logarithmic odds of the units that were read, that the answer stands there; null when the locator knows none of the languages. */
export type LocateAnswer = (
  question: string,
  units: readonly RankedUnit[],
  passages: readonly ScoredPassage[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<RankedUnit, number> | null>;

/** Asks the locator about `units`, the most promising first. Rejects with what it throws, or when the deadline has passed. */
export function createLocateAnswer(locator: AnswerLocator, deadline = deadlineMs): LocateAnswer {
  return async (question, units, passages, signal) => {
    if (!knowsQuestion(locator, question)) return null;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(deadline)]);
    const odds = new Map<RankedUnit, number>();
    let left = units.filter(({ passage }) => isKnown(locator, passages[passage]));
    for (let round = 0; round < mostRounds && left.length > 0; round += 1) {
      const groups = groupsOf(left.slice(0, unitsAtOnce));
      const asked = groups.map((group) => toPassage(group, passages));
      const found = await locator.locate({ question, passages: asked }, limited);
      for (const [place, group] of groups.entries())
        for (const [index, unit] of group.entries()) odds.set(unit, found[place]?.[index] ?? Number.NEGATIVE_INFINITY);
      if (Math.max(...odds.values()) > 0) break;
      left = left.filter((unit) => !odds.has(unit));
    }
    return odds.size > 0 ? odds : null;
  };
}

/** Whether a question is in a language of the locator. */
export function knowsQuestion({ languages }: Pick<AnswerLocator, 'languages'>, question: string): boolean {
  return languages.includes(languageOfAsker(null, question));
}

/** A passage whose language nobody knows is taken for one of the locator's. */
function isKnown({ languages }: AnswerLocator, passage: ScoredPassage | undefined): boolean {
  const language = passage?.language ?? null;
  return language === null || languages.includes(languageOf(language).code);
}

/** By passage, as they stand in it. */
function groupsOf(units: readonly RankedUnit[]): RankedUnit[][] {
  const groups = [...Map.groupBy(units, ({ passage }) => passage).values()];
  return groups.slice(0, passagesAtOnce).map((group) => group.sort((one, other) => one.start - other.start));
}

function toPassage(group: readonly RankedUnit[], passages: readonly ScoredPassage[]): LocatedPassage {
  const passage = passages[group[0]?.passage ?? 0];
  const title = passage?.title ?? '';
  const heading = group.find((unit) => unit.heading)?.heading ?? passage?.headingPath.at(-1) ?? '';
  const isAlike = heading === '' || heading === title;
  return { title: isAlike ? title : `${title}: ${heading}`, units: group.map(({ shown }) => shown) };
}
