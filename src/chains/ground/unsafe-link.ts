const scheme = /(?<![\p{L}\p{N}])(?:(?:javascript|vbscript)\s*:|data\s*:\s*(?:[a-z]+\/[a-z]|[,;])|file:\/|blob:h)/iu;
const image = /!\s*\[/;
const html =
  /<\/?(?:a|audio|base|body|button|embed|form|html|iframe|img|image|input|link|math|meta|object|passage|picture|quote|script|source|style|svg|turn|video)(?=[\s/>]|$)|<!--/i;
const protocolRelative = /(?<![\p{L}\p{N}:/])\/\/[\p{L}\p{N}-]+\.[\p{L}]/u;
const referenceDefinition = /^\s*\[[^\]]+\]:\s*\S/m;
const address =
  /(?:[a-z][a-z\d+.-]*:[/\\]{2}|\\\\|www\.)[^\s<>"'`]+|mailto:[^\s<>"'`]+|[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,24}(?::\d+)?[/\\][^\s<>"'`]*/giu;
/** A host of three or more labels, whose lookup alone tells its owner the first one, or the address of a mailbox. */
const name =
  /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+|[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+\.\p{L}{2,24}/giu;
const allowedScheme = /^(?:https?:\/\/|mailto:|(?![a-z][a-z\d+.-]*:))/i;
const closing = /[).,;:!?\]}*_]+$/;
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * True when a sentence holds a link that must not reach a reader: an address that stands in none of the sources, an image,
 * markup, or a scheme that runs code. Even a plain address counts, because readers' programs turn it into a link.
 */
export function hasUnsafeLink(sentence: string, sources: readonly string[]): boolean {
  const text = visible(sentence);
  if ([scheme, image, html, protocolRelative, referenceDefinition].some((pattern) => pattern.test(text))) return true;
  const isForeign = (found: string) => !sources.some((source) => standsIn(found, visible(source)));
  const addresses = [...text.matchAll(address)].map((match) => match[0].replace(closing, ''));
  if (addresses.some((found) => !allowedScheme.test(found) || isForeign(found))) return true;
  return [...text.replace(address, ' ').matchAll(name)].some((match) => isForeign(match[0]));
}

function visible(text: string): string {
  return text.normalize('NFKC').replace(invisible, '');
}

/** The address as a whole: not as the beginning of a longer one, where the rest could be left off on purpose. */
function standsIn(found: string, source: string): boolean {
  for (let at = source.indexOf(found); at >= 0; at = source.indexOf(found, at + 1)) {
    const rest = source.slice(at + found.length, at + found.length + 20);
    if (/^(?:$|[\s<>"'`|]|[).,;:!?\]}*_/]+(?:$|[\s<>"'`|(]))/.test(rest)) return true;
  }
  return false;
}
