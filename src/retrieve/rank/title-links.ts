/** What a passage is called by, and what it says. */
interface TitledText {
  readonly title: string;
  readonly text: string;
}

export interface TitleLinks {
  /** Whether the question has the whole title. */
  readonly titleAsked: number;
  /** Whether a leading passage of another document names it, 1 for the first of them and less for those after. */
  readonly linked: number;
}

const noLinks: TitleLinks = { titleAsked: 0, linked: 0 };

/** Leading passages that are looked through, each a step weaker than the one before. */
const leadersRead = 3;
const leaderStep = 0.2;
const shortestTitle = 4;
const disambiguation = /\s*\([^)]*\)\s*$/;
const letterOrDigit = /[\p{L}\p{N}]/u;
const ideographs = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

/**
 * Titles that the question or a leading passage names: what leads from one document to the next, as in a question about the director of
 * a film. Both are shared among the candidates of the same title, because a title of many passages chooses none of them.
 */
export function readTitleLinks(
  question: string,
  candidates: readonly TitledText[],
  leads: readonly number[],
): TitleLinks[] {
  const titles = candidates.map(({ title }) => title.replace(disambiguation, '').toLowerCase());
  const counts = Map.groupBy(titles, (title) => title);
  const asked = question.toLowerCase();
  const leaders = [...leads.keys()]
    .sort((one, other) => (leads[other] ?? 0) - (leads[one] ?? 0))
    .slice(0, leadersRead)
    .map((index) => ({ title: titles[index], text: candidates[index]?.text.toLowerCase() ?? '' }));
  return titles.map((title) => {
    if (title.length < shortestTitle && !ideographs.test(title)) return noLinks;
    const sharing = counts.get(title)?.length ?? 1;
    const place = leaders.findIndex((leader) => leader.title !== title && names(leader.text, title));
    return {
      titleAsked: names(asked, title) ? 1 / sharing : 0,
      linked: place < 0 ? 0 : (1 - place * leaderStep) / sharing,
    };
  });
}

/** Whether the text has the title as whole words; both in lower case. */
function names(text: string, title: string): boolean {
  for (let start = text.indexOf(title); start >= 0 && title; start = text.indexOf(title, start + 1)) {
    if (ideographs.test(title)) return true;
    const [before, after] = [text[start - 1] ?? ' ', text[start + title.length] ?? ' '];
    if (!letterOrDigit.test(before) && !letterOrDigit.test(after)) return true;
  }
  return false;
}
