-- Fields that a tenant declares for its documents, and their values. Dates are kept as ISO 8601 text in UTC with milliseconds.
create table metadata_fields (
  tenant_id text not null references tenants on delete cascade,
  name text not null,
  type text not null check (type in ('string', 'number', 'boolean', 'date')),
  description text not null,
  created_at timestamptz not null,
  primary key (tenant_id, name)
);

alter table documents add column metadata jsonb not null default '{}';

alter table metadata_fields enable row level security;
alter table metadata_fields force row level security;
do $$
begin
  execute format('create policy operator on metadata_fields to %I using (true) with check (true)', current_user);
end $$;
create policy tenant on metadata_fields to footnote_tenant using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update, delete on metadata_fields to footnote_tenant;
