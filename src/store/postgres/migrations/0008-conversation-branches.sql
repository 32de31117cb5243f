-- The answer before it on its branch, null at the beginning: a question that was edited begins a branch beside the first one.
alter table answers add column parent_id text;
update answers a set parent_id = (
  select b.id from answers b
  where b.tenant_id = a.tenant_id and b.conversation_id = a.conversation_id and (b.created_at, b.id) < (a.created_at, a.id)
  order by b.created_at desc, b.id desc limit 1);
create index answers_branches on answers (tenant_id, conversation_id, parent_id);
