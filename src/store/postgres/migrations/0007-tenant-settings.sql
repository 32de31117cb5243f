-- What a tenant set itself; a name that is missing has its default.
create table tenant_settings (
  tenant_id text primary key references tenants on delete cascade,
  settings jsonb not null,
  updated_at timestamptz not null
);

-- Who changed what, and when. Rows are added and read; only the removal of the tenant takes them away.
create table audit_entries (
  tenant_id text not null references tenants on delete cascade,
  ordinal bigint not null generated always as identity,
  at timestamptz not null,
  actor text not null,
  action text not null,
  details jsonb not null,
  primary key (tenant_id, ordinal)
);

do $$
declare
  protected text;
begin
  foreach protected in array array['tenant_settings', 'audit_entries']
  loop
    execute format('alter table %I enable row level security', protected);
    execute format('alter table %I force row level security', protected);
    execute format('create policy operator on %I to %I using (true) with check (true)', protected, current_user);
    execute format(
      'create policy tenant on %I to footnote_tenant using (tenant_id = nullif(current_setting(''app.tenant_id'', true), ''''))',
      protected);
  end loop;
end $$;
grant select, insert, update, delete on tenant_settings to footnote_tenant;
grant select, insert on audit_entries to footnote_tenant;
