-- Places outside from which documents come. `credentials` are read by the program alone.
create table sources (
  tenant_id text not null references tenants on delete cascade,
  id text not null,
  name text not null,
  settings jsonb not null,
  credentials jsonb,
  acl text[] not null,
  tags jsonb not null,
  schedule text,
  removal_limit double precision not null,
  -- Where the source said that its changes go on from.
  cursor text,
  paused_at timestamptz,
  next_run_at timestamptz,
  -- The beginning of the last run that left nothing undone.
  in_step_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
create index sources_due on sources (next_run_at) where next_run_at is not null and paused_at is null;

create table source_runs (
  tenant_id text not null,
  source_id text not null,
  id text not null,
  state text not null check (state in ('queued', 'running', 'finished', 'failed', 'needs-confirmation', 'stopped')),
  trigger text not null,
  dry_run boolean not null,
  -- External ids to look at; null: all.
  targets text[],
  allowed_removals integer not null default 0,
  job_id text,
  counts jsonb not null,
  changes jsonb not null,
  errors jsonb not null,
  missing integer not null default 0,
  detail text,
  claimed_by text,
  lease_until timestamptz,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, source_id) references sources on delete cascade
);
create index source_runs_history on source_runs (tenant_id, source_id, id desc);
-- A source is looked at by one run at a time, and at most one more of each sort waits.
create unique index source_runs_waiting on source_runs (tenant_id, source_id, dry_run) where state = 'queued';
create unique index source_runs_running on source_runs (tenant_id, source_id) where state = 'running';

-- What a source's documents were like when they were last seen there.
create table source_items (
  tenant_id text not null,
  source_id text not null,
  -- SHA-256 of external_id, which may be longer than an index takes.
  external_key text not null,
  external_id text not null,
  document_id text not null,
  fingerprint text not null,
  memo jsonb,
  primary key (tenant_id, source_id, external_key),
  foreign key (tenant_id, source_id) references sources on delete cascade,
  foreign key (tenant_id, document_id) references documents on delete cascade
);
create index source_items_document on source_items (tenant_id, document_id);

do $$
declare
  protected text;
begin
  foreach protected in array array['sources', 'source_runs', 'source_items']
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
