-- How often texts were removed for good, in one row: what any process remembers of texts, it empties when this has changed.
create table text_removals (count bigint not null);
insert into text_removals values (0);
