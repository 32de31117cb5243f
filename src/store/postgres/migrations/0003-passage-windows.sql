-- Windows of sentences of the embedded text with their vectors, see window-bytes.ts: empty where the text is one window, null until they are made.
alter table embeddings add column windows bytea;
alter table embeddings alter column windows set storage external;
create index embeddings_without_windows on embeddings (embedder, created_at) where windows is null;
