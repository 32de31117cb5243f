const row = /^[ \t]*\|/;
const rule = /^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)*\|?[ \t]*$/;

/** The row with the names of the columns of the Markdown table in which `offset` stands; null outside of a table's body. */
export function tableHeaderOf(text: string, offset: number): string | null {
  const above = text.slice(0, offset).split('\n');
  const end = text.indexOf('\n', offset);
  const own = text.slice(text.lastIndexOf('\n', offset - 1) + 1, end < 0 ? text.length : end);
  if (!row.test(own)) return null;
  for (let at = above.length - 2; at > 0 && row.test(above[at] ?? ''); at -= 1)
    if (rule.test(above[at] ?? '')) return above[at - 1] ?? null;
  return null;
}
