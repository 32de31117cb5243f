-- What an index on a server holds. A tenant has no foreign key here: its row outlives it until its points are deleted.
create table index_states (
  collection text not null,
  tenant_id text not null,
  -- The tenant's generation that the collection holds; 0: nothing is known to be in it.
  generation bigint not null default 0,
  filler text,
  lease_until timestamptz,
  primary key (collection, tenant_id)
);

create table index_collections (
  name text primary key,
  embedder text not null,
  dimensions integer not null,
  is_live boolean not null default false,
  filler text,
  lease_until timestamptz,
  created_at timestamptz not null,
  retired_at timestamptz
);

do $$
begin
  execute 'alter table index_states enable row level security';
  execute 'alter table index_states force row level security';
  execute format('create policy operator on index_states to %I using (true) with check (true)', current_user);
  create policy tenant on index_states to footnote_tenant using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
  grant select, insert, update, delete on index_states to footnote_tenant;
end $$;
