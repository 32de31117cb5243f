-- Answers are written once and read whole: as text they need not be taken apart when they are stored, nor put together when they are read.
alter table answers
  alter column answer type json using answer::json,
  alter column events type json using events::json,
  alter column record type json using record::json;
