import type { CaseRows, ShownCase } from './report-data.ts';

/** JSON from an element of the page that holds it deflated, in base64. */
async function readPacked(id: string): Promise<unknown> {
  const packed = atob(document.getElementById(id)?.textContent ?? '');
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return await new Response(stream).json();
}

export async function readRows(): Promise<CaseRows> {
  return (await readPacked('rows')) as CaseRows;
}

const blocks = new Map<number, Promise<readonly ShownCase[]>>();

/** The details of a block of cases, unpacked when the first of them is looked at. */
export function readBlock(block: number): Promise<readonly ShownCase[]> {
  const known = blocks.get(block) ?? (readPacked(`block-${block}`) as Promise<readonly ShownCase[]>);
  blocks.set(block, known);
  return known;
}
