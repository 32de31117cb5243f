-- How well a version could be read and what the file says about itself; null until it was read, and for versions of before.
alter table document_versions add column quality jsonb;
alter table document_versions add column properties jsonb;
-- The cells of a spreadsheet that a passage shows, such as Prices!A2:D9.
alter table passages add column cells text;
-- What the sender gave; `metadata` holds it together with what the file says about itself.
alter table documents add column given_metadata jsonb not null default '{}';
update documents set given_metadata = metadata where metadata <> '{}';
