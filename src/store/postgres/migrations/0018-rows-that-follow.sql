-- A foreign key is checked, and the row that it names locked, for each row that is written: of publishing passages that was a fifth.
-- Whoever writes these rows holds the row of their tenant and has seen the version; what they belong to takes them along by statement.
alter table passages drop constraint passages_tenant_id_document_id_version_fkey;
alter table embeddings drop constraint embeddings_tenant_id_fkey;
alter table embedding_queue drop constraint embedding_queue_tenant_id_fkey;

create function passages_follow_versions() returns trigger language plpgsql as $$
begin
  delete from passages p using gone
  where p.tenant_id = gone.tenant_id and p.document_id = gone.document_id and p.version = gone.version;
  return null;
end $$;
create trigger passages_follow after delete on document_versions
  referencing old table as gone for each statement execute function passages_follow_versions();

create function embeddings_follow_tenants() returns trigger language plpgsql as $$
begin
  delete from embeddings e using gone where e.tenant_id = gone.id;
  delete from embedding_queue q using gone where q.tenant_id = gone.id;
  return null;
end $$;
create trigger embeddings_follow after delete on tenants
  referencing old table as gone for each statement execute function embeddings_follow_tenants();
