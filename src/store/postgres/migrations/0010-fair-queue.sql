-- When a queued version's turn comes within its tenant: a small file goes before large ones that came a little earlier, and none waits
-- for ever. `infinity` while its job is paused. Tenants take turns.
alter table document_versions add column turn_at timestamptz;
update document_versions set turn_at = created_at;
alter table document_versions alter column turn_at set not null;
drop index document_versions_queue;
create index document_versions_queue on document_versions (tenant_id, turn_at, queue_number) where state = 'queued';
create index document_versions_claimed on document_versions (claimed_by) where state = 'queued' and claimed_by is not null;
create index document_versions_job on document_versions (tenant_id, job_id) where state <> 'ready';

drop index embedding_queue_order;
create index embedding_queue_order on embedding_queue (tenant_id, queue_number, ordinal);

alter table jobs add column paused_at timestamptz;

-- Processes that read and embed. One that is silent has ended: its claims are free, and its share goes to the others.
create table workers (
  name text primary key,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  -- Why its queues stand still: {code, detail, since}; null while they move.
  reading_fault jsonb,
  embedding_fault jsonb
);
