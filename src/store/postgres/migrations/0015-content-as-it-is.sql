-- Compressing the text of a long document takes longer than all else that publishes it, and questions wait meanwhile.
alter table document_versions alter column content set storage external;
