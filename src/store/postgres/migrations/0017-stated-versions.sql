-- What the file of the current version says of its product version: kept here, so that reading a passage looks into no other row.
alter table documents add column stated_version text;
update documents d set stated_version = (
  select coalesce(v.properties ->> 'product_version', v.properties ->> 'product-version', v.properties ->> 'productversion',
    v.properties ->> 'version')
  from document_versions v where v.tenant_id = d.tenant_id and v.document_id = d.id and v.version = d.current_version);
