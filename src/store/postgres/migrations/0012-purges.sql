-- Files that a version was swept away of: removed from the object store unless another version has the same bytes. `claimed_at`: a
-- process may be removing the file at this moment, and nobody may rely on it.
create table object_purges (
  content_hash text primary key,
  claimed_at timestamptz
);

create index document_versions_content on document_versions (content_hash);

-- Removed documents whose rows are gone, until the rest is and the receipt is written.
create table document_purges (
  tenant_id text not null references tenants on delete cascade,
  document_id text not null,
  versions integer not null,
  passages integer not null,
  vectors integer not null,
  content_hashes text[] not null,
  -- Null until the last row is swept.
  rows_gone_at timestamptz,
  primary key (tenant_id, document_id)
);

do $$
begin
  execute 'alter table document_purges enable row level security';
  execute 'alter table document_purges force row level security';
  execute format('create policy operator on document_purges to %I using (true) with check (true)', current_user);
  create policy tenant on document_purges to footnote_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
  grant select, insert, update, delete on document_purges to footnote_tenant;
  grant select, insert on object_purges to footnote_tenant;
end $$;
