-- Words that mean the same in a tenant; searched beside a question that finds little as it is.
create table glossary_terms (
  tenant_id text not null references tenants on delete cascade,
  term text not null,
  synonyms text[] not null,
  created_at timestamptz not null,
  primary key (tenant_id, term)
);

alter table glossary_terms enable row level security;
alter table glossary_terms force row level security;
do $$
begin
  execute format('create policy operator on glossary_terms to %I using (true) with check (true)', current_user);
end $$;
create policy tenant on glossary_terms to footnote_tenant
  using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update, delete on glossary_terms to footnote_tenant;
