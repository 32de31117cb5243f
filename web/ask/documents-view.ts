import { type DocumentRow, getJson, type JobState, type Page, RequestFailed, readEvents, request } from './api.ts';
import { announce, byId, element } from './elements.ts';
import type { SourcePanel } from './source-panel.ts';

interface Submission {
  readonly jobId: string | null;
  readonly outcome: 'added' | 'changed' | 'unchanged';
}

type DocumentsPage = Page<DocumentRow> & { readonly passagesWithoutVector: number };

const pageSize = 50;
/** How often the list is read anew while documents are being read. */
const refreshMilliseconds = 2_000;

export interface DocumentsView {
  /** Reads the list anew. */
  refresh(): Promise<void>;
}

export function createDocumentsView(panel: SourcePanel, canWrite: boolean): DocumentsView {
  const list = byId('documents', HTMLUListElement);
  const more = byId('more-documents', HTMLButtonElement);
  let cursor: string | null = null;
  let timer = 0;

  async function load(): Promise<void> {
    const from = cursor;
    const query = new URLSearchParams({ limit: String(pageSize), ...(from ? { cursor: from } : {}) });
    const page = await getJson<DocumentsPage>(`v1/documents?${query}`);
    if (from === null) list.replaceChildren();
    list.append(...page.items.map(rowOf));
    cursor = page.nextCursor;
    more.hidden = cursor === null;
    const isBusy =
      page.passagesWithoutVector > 0 || page.items.some(({ state }) => /^(queued|processing)$/.test(state));
    clearTimeout(timer);
    if (isBusy) timer = setTimeout(() => void refreshQuietly(), refreshMilliseconds);
    byId('documents-summary', HTMLParagraphElement).textContent = summaryOf(page, list.childElementCount);
  }

  async function refresh(): Promise<void> {
    cursor = null;
    await load();
  }

  /** Not under the hands of someone who reads on or stands in the list. */
  async function refreshQuietly(): Promise<void> {
    const isFirstPage = list.childElementCount <= pageSize;
    if (list.checkVisibility() && isFirstPage && !list.contains(document.activeElement))
      await refresh().catch(() => {});
  }

  function rowOf(entry: DocumentRow): HTMLElement {
    const open = (event: Event) => {
      const opener = event.currentTarget;
      if (opener instanceof HTMLElement)
        void panel.show({ documentId: entry.id, title: entry.title, uri: entry.uri, quote: null }, opener);
    };
    const title = entry.title || entry.externalId;
    const name =
      entry.version === null
        ? element('span', { class: 'document-title' }, title)
        : element(
            'button',
            { type: 'button', class: 'link document-title', 'aria-expanded': 'false', click: open },
            title,
          );
    const remove = element('button', { type: 'button', class: 'quiet', 'aria-label': `Remove ${title}` }, 'Remove');
    remove.addEventListener('click', () => void removeDocument(entry, row));
    const row = element(
      'li',
      {},
      element('div', { class: 'document-name' }, name, element('span', { class: 'hint' }, hintOf(entry))),
      element('span', { class: `state ${entry.state}` }, stateOf(entry)),
      ...(canWrite ? [remove] : []),
    );
    return row;
  }

  async function removeDocument(entry: DocumentRow, row: HTMLElement): Promise<void> {
    if (!confirm(`Remove “${entry.title || entry.externalId}”? Answers no longer use it.`)) return;
    try {
      await request(`v1/documents/${entry.id}`, { method: 'DELETE' });
      row.remove();
      announce('Removed.');
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      announce(error.problem.detail);
    }
  }

  more.addEventListener('click', () => void load());
  if (canWrite) acceptUploads(refresh);
  return { refresh };
}

/** Where the document comes from, and what is missing of it when it was read in part only. */
function hintOf({ externalId, quality }: DocumentRow): string {
  return quality?.warning ? `${externalId} · Read in part only: ${quality.warning}` : externalId;
}

function acceptUploads(onDone: () => Promise<void>): void {
  const form = byId('upload', HTMLFormElement);
  const files = byId('files', HTMLInputElement);
  form.hidden = false;

  async function addAll(chosen: readonly File[]): Promise<void> {
    for (const file of chosen) await uploadFile(file);
    await onDone();
  }

  files.addEventListener('change', () => {
    void addAll([...(files.files ?? [])]);
    files.value = '';
  });
  form.addEventListener('dragover', (event) => {
    event.preventDefault();
    form.classList.add('over');
  });
  form.addEventListener('dragleave', () => form.classList.remove('over'));
  form.addEventListener('drop', (event) => {
    event.preventDefault();
    form.classList.remove('over');
    void addAll([...(event.dataTransfer?.files ?? [])]);
  });
}

/** Sends one file and shows how far its job is; searchable by words is enough to go on with the next. */
async function uploadFile(file: File): Promise<void> {
  const bar = element('progress', { 'aria-label': `Progress of ${file.name}` });
  const state = element('span', { class: 'hint' }, 'Sending…');
  byId('uploads', HTMLUListElement).prepend(
    element('li', {}, element('span', { class: 'document-title' }, file.name), bar, state),
  );
  const say = (text: string) => {
    state.textContent = text;
    announce(`${file.name}: ${text}`);
  };
  try {
    const body = new FormData();
    body.set('file', file);
    const response = await request('v1/documents', { method: 'POST', body });
    const { jobId, outcome } = (await response.json()) as Submission;
    if (jobId === null) say(outcome === 'unchanged' ? 'Already there, unchanged.' : 'Added.');
    else say(await followJob(jobId, bar));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    say(`${error.problem.title}. ${error.problem.detail}`);
  }
  bar.remove();
}

async function followJob(jobId: string, bar: HTMLProgressElement): Promise<string> {
  for await (const { data: job } of readEvents<JobState>(await request(`v1/jobs/${jobId}/events`))) {
    const failure = job.failures[0];
    if (failure) return `${failure.code}: ${failure.detail}`;
    bar.max = job.total;
    bar.value = job.done + job.failed;
    if (job.stage !== 'lexical' || job.state !== 'running') return 'Searchable.';
  }
  return 'The server stopped; the file is read when it runs again.';
}

function summaryOf({ nextCursor, passagesWithoutVector }: DocumentsPage, shown: number): string {
  if (shown === 0) return 'No documents yet. Add some here, or with: footnote ingest <file, folder or URL>';
  const waiting =
    passagesWithoutVector > 0
      ? ` ${passagesWithoutVector} ${passagesWithoutVector === 1 ? 'passage is' : 'passages are'} searchable by words and will be by meaning soon.`
      : '';
  return `${shown}${nextCursor ? ' or more' : ''} ${shown === 1 ? 'document' : 'documents'}.${waiting}`;
}

function stateOf(entry: DocumentRow): string {
  if (entry.state === 'failed') return entry.error ? `Failed: ${entry.error.detail}` : 'Failed';
  if (entry.state === 'queued') return 'Waiting';
  if (entry.state === 'processing') return 'Being read';
  const waiting = entry.passagesWithoutVector > 0 ? `, ${entry.passagesWithoutVector} by words only` : '';
  return `${entry.passages} ${entry.passages === 1 ? 'passage' : 'passages'}${waiting}`;
}
