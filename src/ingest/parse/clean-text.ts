/** Colour and cursor codes of terminals, as logs hold them. */
const terminalCodes = /[\p{Cc}--\s]\[[\d;?]*[A-Za-z]/gv;
const lineEnds = /\r\n?|[\u0085\u2028\u2029]/g;
/** Control characters, byte-order marks, soft hyphens, direction overrides and the invisible tag block: nothing that a reader sees. */
const invisible = /[[\p{Cc}\u{FEFF}\u{AD}\u{202D}\u{202E}\u{E0000}-\u{E007F}]--[\t\n]]/gv;
/** Pictures inside the text: nobody quotes them, and they would be cut into thousands of meaningless passages. */
const inlineFiles = /(data:[\w/+.-]{1,80};base64,)[\w+/=-]{200,}/g;

/**
 * Text as quotes point into it: LF line ends, no control or hidden characters, lone surrogates replaced by U+FFFD.
 * Form feeds become blank lines, the bytes of inline files an ellipsis. The Unicode form is kept, so that a quote matches what the author wrote.
 */
export function cleanText(text: string): string {
  const lines = text.toWellFormed().replace(lineEnds, '\n').replaceAll('\f', '\n\n');
  return lines.replace(terminalCodes, '').replace(invisible, '').replace(inlineFiles, '$1…');
}

/** More control characters than this are a binary file, not damaged text: a share of the first 64 Ki characters, and a number. */
const largestControlRatio = 0.01;
const mostControls = 4;

/** Whether decoded bytes hold too many control characters for text. */
export function looksBinary(text: string): boolean {
  const sample = text.slice(0, 65_536);
  let controls = 0;
  for (let index = 0; index < sample.length; index += 1) {
    const code = sample.charCodeAt(index);
    const isControl = (code < 32 && (code < 9 || code > 13) && code !== 27) || code === 127 || code === 0xfffd;
    if (isControl) controls += 1;
  }
  return controls > mostControls && controls > sample.length * largestControlRatio;
}

/** One line without runs of white space, for titles and cells. */
export function singleLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
