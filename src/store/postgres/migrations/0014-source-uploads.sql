-- The export that was uploaded last for a source: {hash, fileName, size, uploadedAt}; its bytes are in the object store under the hash.
alter table sources add column upload jsonb;
create index sources_upload on sources ((upload ->> 'hash')) where upload is not null;
