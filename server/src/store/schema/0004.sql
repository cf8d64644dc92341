-- What a restored server needs to know its own words again, when phones bring them back.

-- The key of the seals on what the server gives out. Whoever has it can pass anything off as a
-- colleague's, so it leaves the database in backups only.
ALTER TABLE meta ADD COLUMN seal_key BLOB NOT NULL DEFAULT x'';
UPDATE meta SET seal_key = randomblob(32);

-- The changes of the case that nothing follows, 32 bytes each. Empty where the case was last written
-- before this column was there.
ALTER TABLE case_log ADD COLUMN heads BLOB NOT NULL DEFAULT x'';
