-- Weights of the ranker that a tenant fitted from its own feedback, and who fits at the moment.
create table tenant_rankers (
  tenant_id text primary key references tenants on delete cascade,
  -- Null, as all but the claim, while the shipped weights rank.
  weights jsonb,
  shipped_hash text,
  verdict jsonb,
  fitted_at timestamptz,
  fitter text,
  lease_until timestamptz
);

alter table tenant_rankers enable row level security;
alter table tenant_rankers force row level security;
do $$
begin
  execute format('create policy operator on tenant_rankers to %I using (true) with check (true)', current_user);
end $$;
create policy tenant on tenant_rankers to footnote_tenant
  using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update, delete on tenant_rankers to footnote_tenant;
