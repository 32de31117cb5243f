-- Runs on PostgreSQL 14 and later, and on the embedded one. Identifiers are text with their prefix; times come from the program.
create table tenants (
  id text primary key,
  name text not null unique,
  -- Raised by every publish, delete, permission change and saved vector; whoever writes documents locks this row first.
  generation bigint not null default 0,
  created_at timestamptz not null
);

create table users (
  tenant_id text not null references tenants on delete cascade,
  id text not null,
  name text not null,
  role text not null check (role in ('admin', 'reader')),
  groups text[] not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
create unique index users_name on users (tenant_id, name) where revoked_at is null;

create table api_keys (
  tenant_id text not null references tenants on delete cascade,
  id text not null,
  secret_hash text not null unique,
  name text not null,
  hint text not null,
  role text not null check (role in ('admin', 'reader')),
  scopes text[] not null,
  grants text[] not null,
  user_id text,
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users on delete cascade
);

create table sessions (
  tenant_id text not null references tenants on delete cascade,
  id text not null,
  secret_hash text not null unique,
  user_id text,
  role text not null check (role in ('admin', 'reader')),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users on delete cascade
);
create index sessions_expiry on sessions (expires_at);

create table documents (
  tenant_id text not null references tenants on delete cascade,
  id text not null,
  source text not null,
  external_id text not null,
  -- SHA-256 of source and external_id, which may be longer than an index takes.
  external_key text not null,
  uri text,
  acl text[] not null,
  tags jsonb not null,
  title text not null,
  language text,
  -- The highest version ever given out; numbers are not used twice, so that a late worker cannot publish under another's.
  last_version integer not null,
  -- The newest version that is not dropped; null once everything of a removed document is gone.
  latest_version integer,
  -- The visible version.
  current_version integer,
  passages integer not null default 0,
  -- Passages of the visible version without a vector of the active embedder.
  waiting integer not null default 0,
  -- The tenant's generation of the last change that readers can see.
  generation bigint not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, id)
);
create unique index documents_external_key on documents (tenant_id, external_key) where deleted_at is null;
create index documents_generation on documents (tenant_id, generation);
create index documents_waiting on documents (tenant_id) include (waiting) where waiting > 0;
create index documents_to_sweep on documents (deleted_at) where deleted_at is not null and latest_version is not null;

create table document_versions (
  tenant_id text not null,
  document_id text not null,
  version integer not null,
  job_id text not null,
  state text not null check (state in ('queued', 'ready', 'failed')),
  content_hash text not null,
  media_type text not null,
  file_name text not null,
  size bigint not null,
  given_title text,
  given_language text,
  content text,
  error_code text,
  error_detail text,
  attempts integer not null default 0,
  lease_until timestamptz,
  claimed_by text,
  queue_number bigint not null generated always as identity,
  created_at timestamptz not null,
  overtaken_at timestamptz,
  primary key (tenant_id, document_id, version),
  foreign key (tenant_id, document_id) references documents on delete cascade
);
create index document_versions_queue on document_versions (queue_number) where state = 'queued';
create index document_versions_overtaken on document_versions (overtaken_at) where overtaken_at is not null;

create table passages (
  tenant_id text not null,
  document_id text not null,
  version integer not null,
  ordinal integer not null,
  -- Derived from tenant, document, version and ordinal; alone a key, so that reading by id is planned well without statistics.
  id text not null primary key,
  text text not null,
  start_offset integer not null,
  end_offset integer not null,
  heading_path text[] not null,
  page integer,
  -- n term ids (int32), then n weights (float32), little-endian.
  sparse bytea not null,
  embedding_hash text not null,
  embedding_text text not null,
  foreign key (tenant_id, document_id, version) references document_versions on delete cascade
) with (toast_tuple_target = 8160);
-- Rows are read far more often than they are large: compressing each would cost more than it saves.
alter table passages alter column sparse set storage external;
create unique index passages_place on passages (tenant_id, document_id, version, ordinal);
create index passages_embedding_hash on passages (tenant_id, embedding_hash);

create table embeddings (
  tenant_id text not null references tenants on delete cascade,
  embedder text not null,
  embedding_hash text not null,
  -- float32, little-endian.
  vector bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, embedder, embedding_hash)
) with (toast_tuple_target = 8160);
alter table embeddings alter column vector set storage external;
create index embeddings_recent on embeddings (created_at);

-- Texts of passages without a vector of the active embedder, in the order in which their documents came. Passages
-- themselves are never updated: each change of such a row would write it, and its index entries, anew.
create table embedding_queue (
  tenant_id text not null references tenants on delete cascade,
  embedding_hash text not null,
  queue_number bigint not null,
  ordinal integer not null,
  primary key (tenant_id, embedding_hash)
);
create index embedding_queue_order on embedding_queue (queue_number, ordinal);

-- The embedder that embedding_queue and documents.waiting speak of.
create table active_embedder (
  is_only boolean primary key default true check (is_only),
  embedder text not null
);

create table jobs (
  tenant_id text not null references tenants on delete cascade,
  id text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cancelled_at timestamptz,
  primary key (tenant_id, id)
);

create table job_items (
  tenant_id text not null,
  job_id text not null,
  document_id text not null,
  version integer not null,
  external_id text not null,
  title text not null,
  -- `dropped`: the job was cancelled before the document was read.
  state text not null check (state in ('queued', 'done', 'failed', 'dropped')),
  error_code text,
  error_detail text,
  finished_at timestamptz,
  primary key (tenant_id, job_id, document_id, version),
  foreign key (tenant_id, job_id) references jobs on delete cascade
);
create index job_items_finished on job_items (finished_at) where finished_at is not null;

create table conversations (
  tenant_id text not null references tenants on delete cascade,
  id text not null,
  -- A user, or a key or session without one.
  owner text not null,
  title text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
create index conversations_recent on conversations (tenant_id, updated_at, id);

create table answers (
  tenant_id text not null,
  id text not null,
  conversation_id text not null,
  state text not null check (state in ('running', 'finished', 'refused', 'failed')),
  answer jsonb not null,
  events jsonb not null,
  record jsonb,
  -- The process that writes it, by a name that outlives a restart.
  writer text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversations on delete cascade
);
create index answers_conversation on answers (tenant_id, conversation_id, created_at);
create index answers_running on answers (created_at) where state = 'running';

create table messages (
  tenant_id text not null,
  conversation_id text not null,
  ordinal bigint not null generated always as identity,
  role text not null check (role in ('user', 'assistant')),
  text text not null,
  answer_id text not null,
  final boolean not null,
  created_at timestamptz not null,
  primary key (tenant_id, conversation_id, ordinal),
  foreign key (tenant_id, conversation_id) references conversations on delete cascade
);

create table feedback (
  tenant_id text not null,
  answer_id text not null,
  ordinal bigint not null generated always as identity,
  author text not null,
  rating text not null check (rating in ('up', 'down')),
  details jsonb not null,
  created_at timestamptz not null,
  primary key (tenant_id, answer_id, ordinal),
  foreign key (tenant_id, answer_id) references answers on delete cascade
);

create table idempotency_keys (
  tenant_id text not null references tenants on delete cascade,
  key text not null,
  request_hash text not null,
  body jsonb,
  created_at timestamptz not null,
  primary key (tenant_id, key)
);
create index idempotency_keys_age on idempotency_keys (tenant_id, created_at);

-- Row-level security. Roles belong to the whole server, so another database may have made this one, even at this moment.
do $$
begin
  if not exists (select from pg_roles where rolname = 'footnote_tenant') then
    begin
      create role footnote_tenant nologin;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
  -- Since PostgreSQL 16 whoever creates a role may grant it, but not take it on, before this. An administrator may have done it.
  begin
    execute format('grant footnote_tenant to %I', current_user);
  exception when insufficient_privilege then
    if not pg_has_role(current_user, 'footnote_tenant', 'member') then raise; end if;
  end;
  execute format('grant usage on schema %I to footnote_tenant', current_schema());
end $$;

do $$
declare
  protected text;
begin
  foreach protected in array array['tenants', 'users', 'api_keys', 'sessions', 'documents', 'document_versions', 'passages',
    'embeddings', 'embedding_queue', 'jobs', 'job_items', 'conversations', 'answers', 'messages', 'feedback', 'idempotency_keys']
  loop
    execute format('alter table %I enable row level security', protected);
    execute format('alter table %I force row level security', protected);
    -- Forced security binds the owner too; this lets it work across tenants, and nobody else.
    execute format('create policy operator on %I to %I using (true) with check (true)', protected, current_user);
    execute format(
      'create policy tenant on %I to footnote_tenant using (%I = nullif(current_setting(''app.tenant_id'', true), ''''))',
      protected, case protected when 'tenants' then 'id' else 'tenant_id' end);
    if protected <> 'tenants' then
      execute format('grant select, insert, update, delete on %I to footnote_tenant', protected);
    end if;
  end loop;
end $$;
grant select, update (generation) on tenants to footnote_tenant;
grant select on active_embedder to footnote_tenant;
