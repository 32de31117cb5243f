import { byId } from '../ask/elements.ts';
import { createCaseList } from './case-list.ts';
import { caseView } from './case-view.ts';
import { readBlock, readRows } from './packed.ts';

const hashOf = (id: string) => `#case=${encodeURIComponent(id)}`;

/** Shows the list of cases, and the case that the address names. */
async function start(): Promise<void> {
  const rows = await readRows();
  const places = new Map(rows.ids.map((id, place) => [id, place]));
  const view = byId('case', HTMLElement);
  let shown: number | null = null;
  const list = createCaseList(rows, hashOf);

  /** The newest wish wins: blocks are unpacked meanwhile. */
  async function show(place: number, isChosen: boolean): Promise<void> {
    shown = place;
    list.select(place);
    const block = await readBlock(Math.floor(place / rows.blockSize));
    const found = block[place % rows.blockSize];
    if (shown !== place || !found) return;
    view.replaceChildren(...caseView(found, rows, { earlier: neighbour(-1), later: neighbour(1) }));
    view.hidden = false;
    if (isChosen) byId('case-title', HTMLElement).focus();
  }

  function neighbour(step: number): string | null {
    const place = list.beside(step);
    const id = place === null ? undefined : rows.ids[place];
    return id === undefined ? null : hashOf(id);
  }

  function followAddress(isChosen: boolean): void {
    const id = /^#case=(.*)$/.exec(location.hash)?.[1];
    if (id === undefined) return;
    const place = places.get(decodeURIComponent(id));
    if (place !== undefined) void show(place, isChosen);
  }

  addEventListener('hashchange', () => followAddress(true));
  followAddress(location.hash !== '');
  document.documentElement.dataset.ready = '';
  performance.mark('ready');
}

void start();
