-- What a practice was given stays known, so that what changes or is withdrawn afterwards can be
-- named to it; one odd case takes nothing from the others; and who is carried now.

DROP VIEW likely_duplicate;
DROP TABLE coded_entry;

-- Entries that may go to a practice. A projection: rebuilt from the log at any time. A copied case
-- has the row of the one that it was copied from, which must stop neither's projection.
CREATE TABLE coded_entry (
    row_id TEXT NOT NULL,
    case_id BLOB NOT NULL,
    practice TEXT NOT NULL,
    episode TEXT NOT NULL,
    event TEXT NOT NULL,
    snomed_code TEXT NOT NULL,
    snomed_term TEXT NOT NULL,
    event_date TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    author BLOB NOT NULL,
    author_role TEXT NOT NULL,
    contact_type TEXT NOT NULL,
    consent_scope TEXT NOT NULL,
    hide_online INTEGER NOT NULL,
    nhs_number TEXT NOT NULL,
    family_name TEXT NOT NULL,
    given_names TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    -- SHA-256 over what a person would type: another hash means that something changed.
    evidence_hash TEXT NOT NULL,
    PRIMARY KEY (case_id, row_id)
) STRICT;
CREATE INDEX coded_entry_by_row ON coded_entry (row_id);
CREATE INDEX coded_entry_by_practice ON coded_entry (practice, event_date);

-- Cases that look like the same person as another one, or share a referral with it: none of their
-- entries goes out until the lead has compared them. Asked for when rows are read, so that no
-- order of projection matters.
CREATE VIEW likely_duplicate AS
    SELECT one.case_id FROM match_key AS one
    JOIN match_key AS other ON other.key_hash = one.key_hash AND other.case_id <> one.case_id
    UNION
    SELECT one.case_id FROM coded_entry AS one
    JOIN coded_entry AS other ON other.row_id = one.row_id AND other.case_id <> one.case_id;

-- Where each case stands. A projection.
CREATE TABLE standing (
    case_id BLOB PRIMARY KEY,
    -- Whether somebody carries it: referred, and neither declined nor closed.
    carried INTEGER NOT NULL,
    contested INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whether the practice may learn no more than that something is held: the person shares nothing.
ALTER TABLE held_entry ADD COLUMN unnamed INTEGER NOT NULL DEFAULT 0;

CREATE INDEX case_log_failed ON case_log (case_id) WHERE failed;

-- What a person was told to type: the packed copy, which never changes.
ALTER TABLE pack_row ADD COLUMN event_date TEXT NOT NULL DEFAULT '';
ALTER TABLE pack_row ADD COLUMN author BLOB NOT NULL
    DEFAULT x'00000000000000000000000000000000';
ALTER TABLE pack_row ADD COLUMN nhs_number TEXT NOT NULL DEFAULT '';
ALTER TABLE pack_row ADD COLUMN family_name TEXT NOT NULL DEFAULT '';
ALTER TABLE pack_row ADD COLUMN given_names TEXT NOT NULL DEFAULT '';
ALTER TABLE pack_row ADD COLUMN birth_date TEXT NOT NULL DEFAULT '';

-- The projections above are empty now: every case is worked out again.
UPDATE case_log SET projected_position = 0;
