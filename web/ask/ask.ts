import { type Conversation, type DocumentRow, getJson, type Me, type Page, RequestFailed, request } from './api.ts';
import { type ConversationView, createConversationView } from './conversation.ts';
import { createDocumentsView, type DocumentsView } from './documents-view.ts';
import { announce, byId, element } from './elements.ts';
import { createSourcePanel } from './source-panel.ts';

const views = ['signed-out', 'view-ask', 'view-documents'] as const;

/** Questions that the sample handbook answers, offered while its documents are there. */
const sampleQuestions = [
  'How long until I see a refund on my credit card statement?',
  'How many times do you retry a failed charge?',
  'Which discount do universities get?',
];

function show(view: (typeof views)[number]): void {
  byId('loading', HTMLParagraphElement).hidden = true;
  for (const id of views) byId(id, HTMLElement).hidden = id !== view;
  byId('tabs', HTMLElement).hidden = view === 'signed-out';
  byId('sign-out', HTMLButtonElement).hidden = view === 'signed-out';
  byId('tab-ask', HTMLAnchorElement).toggleAttribute('aria-current', view === 'view-ask');
  byId('tab-documents', HTMLAnchorElement).toggleAttribute('aria-current', view === 'view-documents');
}

async function start(): Promise<void> {
  try {
    const me = await getJson<Me>('v1/me');
    run(me.scopes.includes('write'));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    if (error.problem.code !== 'UNAUTHENTICATED')
      byId('signed-out-reason', HTMLParagraphElement).textContent = `${error.problem.title}. ${error.problem.detail}`;
    show('signed-out');
  }
}

function run(canWrite: boolean): void {
  const panel = createSourcePanel();
  const documents = createDocumentsView(panel, canWrite);
  const conversation = createConversationView({
    panel,
    onSignedOut: () => show('signed-out'),
    onChange: (id) => {
      byId('welcome', HTMLDivElement).hidden = true;
      if (location.hash !== conversationHash(id)) history.replaceState(null, '', conversationHash(id));
      void listConversations();
    },
  });
  connectQuestionBox(conversation);
  byId('new-conversation', HTMLButtonElement).addEventListener('click', () => {
    location.hash = '#ask';
    conversation.clear();
    byId('welcome', HTMLDivElement).hidden = false;
    byId('question', HTMLTextAreaElement).focus();
  });
  byId('sign-out', HTMLButtonElement).addEventListener('click', () => void signOut());
  addEventListener('hashchange', () => void route(conversation, documents));
  void route(conversation, documents);
  void suggest();
  void listConversations();
}

function conversationHash(id: string): string {
  return `#conversation=${id}`;
}

async function route(conversation: ConversationView, documents: DocumentsView): Promise<void> {
  // The skip link only moves the focus.
  if (location.hash === '#main') return;
  try {
    if (location.hash === '#documents') {
      show('view-documents');
      await documents.refresh();
      return;
    }
    show('view-ask');
    const prefix = conversationHash('');
    const id = location.hash.startsWith(prefix) ? location.hash.slice(prefix.length) : null;
    if (id) {
      byId('welcome', HTMLDivElement).hidden = true;
      await conversation.open(id);
    }
    byId('question', HTMLTextAreaElement).focus();
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    announce(error.problem.detail);
    if (error.problem.code === 'UNAUTHENTICATED') show('signed-out');
  }
}

function connectQuestionBox(conversation: ConversationView): void {
  const form = byId('ask-form', HTMLFormElement);
  const box = byId('question', HTMLTextAreaElement);
  const fitHeight = () => {
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight, 240)}px`;
  };
  box.addEventListener('input', fitHeight);
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const question = box.value.trim();
    if (question === '' || byId('ask', HTMLButtonElement).hidden) return;
    box.value = '';
    fitHeight();
    byId('welcome', HTMLDivElement).hidden = true;
    void conversation.ask(question);
  });
  byId('stop', HTMLButtonElement).addEventListener('click', () => void conversation.stop());
}

async function suggest(): Promise<void> {
  const { items } = await getJson<Page<DocumentRow>>('v1/documents?limit=50').catch(() => ({ items: [] }));
  const ready = items.filter((document) => document.version !== null);
  const hasSample = ready.some((document) => document.title.includes('Kestrel'));
  const box = byId('suggestions', HTMLDivElement);
  if (ready.length === 0) {
    const link = element('a', { href: '#documents' }, 'Add your first documents');
    box.replaceChildren(element('p', { class: 'hint' }, 'Nothing to ask yet. ', link, '.'));
    return;
  }
  const questions = hasSample ? sampleQuestions : [];
  const titles = ready.slice(0, 3).map((document) => document.title);
  box.replaceChildren(
    element('ul', { class: 'examples' }, ...questions.map(exampleOf)),
    element('p', { class: 'hint' }, `Among your documents: ${titles.join(' · ')}`),
  );
}

function exampleOf(question: string): HTMLElement {
  const ask = () => {
    byId('question', HTMLTextAreaElement).value = question;
    byId('ask-form', HTMLFormElement).requestSubmit();
  };
  return element('li', {}, element('button', { type: 'button', class: 'example', click: ask }, question));
}

async function listConversations(): Promise<void> {
  const { items } = await getJson<Page<Conversation>>('v1/conversations?limit=20').catch(() => ({ items: [] }));
  byId('earlier', HTMLElement).hidden = items.length === 0;
  byId('conversations', HTMLUListElement).replaceChildren(
    ...items.map(({ id, title }) => {
      const isOpen = location.hash === conversationHash(id);
      return element('li', {}, element('a', { href: conversationHash(id), 'aria-current': isOpen }, title));
    }),
  );
}

async function signOut(): Promise<void> {
  await request('sign-out', { method: 'POST' }).catch(() => announce('The server did not answer.'));
  location.hash = '';
  location.reload();
}

await start();
