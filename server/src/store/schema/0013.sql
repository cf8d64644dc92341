-- What tells who came first and who is whom: the order of all packs, and NHS numbers that two people
-- share.

-- Which one of all packs each is, in the order in which they were closed: where two practices were
-- asked for the same entry one after the other, it tells which came later.
ALTER TABLE pack ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
UPDATE pack SET position = ordered.position
    FROM (SELECT practice, number,
            row_number() OVER (ORDER BY cut_off, practice, number) AS position FROM pack) AS ordered
    WHERE ordered.practice = pack.practice AND ordered.number = pack.number;
CREATE UNIQUE INDEX pack_by_position ON pack (position);
-- The row of another practice whose entry came with the patient.
CREATE INDEX packed_row_by_replaced ON packed_row (replaces_row_id) WHERE replaces_row_id <> '';
-- Whose practice is another one than that which was asked.
CREATE INDEX report_episode_by_practice ON report_episode (practice);

-- Of most entries nothing is to be asked, which this and the primary key of settlement tell alone.
DROP INDEX coded_entry_by_practice;
CREATE INDEX coded_entry_by_practice
    ON coded_entry (practice, row_id, case_id, evidence_hash, hide_online);

-- When a backup was restored whose records may be older than what practices were told; empty once
-- somebody has said that every phone has been in touch. No pack is closed meanwhile.
ALTER TABLE meta ADD COLUMN restored_at TEXT NOT NULL DEFAULT '';

-- Whether a match key is an NHS number. A projection, as the table is.
ALTER TABLE match_key ADD COLUMN is_nhs_number INTEGER NOT NULL DEFAULT 0;
UPDATE case_log SET projected_position = 0;

-- Records whose person the lead found to be another than that of a record beside it, while both have
-- one NHS number: one of the two numbers is wrong, so nothing of either goes out. The decision stands;
-- what is to be settled is the number.
CREATE VIEW shared_nhs_number AS
    WITH pair (one, other) AS (
        SELECT one, other FROM duplicate_verdict WHERE goes_on IS NULL
        UNION
        SELECT other, one FROM duplicate_verdict WHERE goes_on IS NULL
    )
    SELECT DISTINCT pair.one AS case_id FROM pair
    JOIN match_key AS mine ON mine.case_id = pair.one AND mine.is_nhs_number
    JOIN match_key AS theirs ON theirs.case_id = pair.other AND theirs.key_hash = mine.key_hash
    WHERE pair.one NOT IN (SELECT case_id FROM set_aside)
        AND pair.other NOT IN (SELECT case_id FROM set_aside);
