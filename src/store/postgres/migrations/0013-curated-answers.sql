-- Answers that people wrote and stand behind. Each is the text of a document of the source `curated-answers` whose external id is its id.
create table curated_answers (
  tenant_id text not null references tenants on delete cascade,
  id text not null,
  document_id text not null,
  question text not null,
  variants text[] not null,
  answer text not null,
  valid_until timestamptz,
  confirmed_at timestamptz not null,
  confirmed_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);

-- The versions of its sources that somebody compared it with. A document's row outlives its removal, so nothing here refers to it.
create table curated_answer_sources (
  tenant_id text not null,
  curated_answer_id text not null,
  ordinal integer not null,
  document_id text not null,
  version integer not null,
  primary key (tenant_id, curated_answer_id, ordinal),
  foreign key (tenant_id, curated_answer_id) references curated_answers on delete cascade
);

do $$
declare
  protected text;
begin
  foreach protected in array array['curated_answers', 'curated_answer_sources']
  loop
    execute format('alter table %I enable row level security', protected);
    execute format('alter table %I force row level security', protected);
    execute format('create policy operator on %I to %I using (true) with check (true)', protected, current_user);
    execute format(
      'create policy tenant on %I to footnote_tenant using (tenant_id = nullif(current_setting(''app.tenant_id'', true), ''''))',
      protected);
    execute format('grant select, insert, update, delete on %I to footnote_tenant', protected);
  end loop;
end $$;
