-- What people agree to share, as each practice was told it last: a change of that is told, too.

-- Empty where no pack said it, as in the first ones. It follows from the packs, as the table does.
ALTER TABLE settlement ADD COLUMN consent_scope TEXT NOT NULL DEFAULT '';

-- Of most entries nothing is to be asked, which this and the primary key of settlement tell alone.
DROP INDEX coded_entry_by_practice;
CREATE INDEX coded_entry_by_practice
    ON coded_entry (practice, row_id, case_id, evidence_hash, hide_online, consent_scope);

-- What is kept back from summaries, and what is held, follows by other rules now.
UPDATE case_log SET projected_position = 0;
