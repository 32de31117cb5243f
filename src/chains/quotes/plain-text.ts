import { layoutRoles } from './layout-marks.ts';

/** Holds the place of a pipe between cells; a private-use character, which no text shows. */
const cellGap = '\ue000';

/** A stretch of a source as it reads: without Markdown marks, invisible characters and line breaks; table cells are kept apart by commas. */
export function plainText(text: string): string {
  const roles = layoutRoles(text);
  let plain = '';
  for (let index = 0; index < text.length; index += 1) {
    const role = roles?.[index] ?? 0;
    if (role === 0) plain += text.charAt(index);
    else if (role === 3) plain += cellGap;
    // A hyphen at a line end goes together with the line break behind it.
    else if (role === 2) while (/\s/.test(text.charAt(index + 1))) index += 1;
  }
  return plain
    .replace(/[ \t]*\r?\n[ \t]*/g, ' ')
    .replace(/[ \ue000]*\ue000[ \ue000]*/g, ', ')
    .replace(/[ \t\u00a0]+/g, ' ')
    .replace(/^[ ,]+|[ ,]+$/g, '');
}
