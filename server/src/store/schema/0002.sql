-- What practices are to enter: worked out from the cases, and the packs that were closed.

-- Entries that may go to a practice. A projection: rebuilt from the log at any time.
CREATE TABLE coded_entry (
    row_id TEXT PRIMARY KEY,
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
    evidence_hash TEXT NOT NULL
) STRICT;
CREATE INDEX coded_entry_by_case ON coded_entry (case_id);
CREATE INDEX coded_entry_by_practice ON coded_entry (practice, event_date);

-- Entries that wait for a person, one row for each reason. A projection.
CREATE TABLE held_entry (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    -- As the record says; empty where it does not.
    practice TEXT NOT NULL,
    -- Empty while the answer itself is contested.
    snomed_code TEXT NOT NULL,
    event_date TEXT NOT NULL,
    author BLOB NOT NULL,
    nhs_number TEXT NOT NULL,
    family_name TEXT NOT NULL,
    given_names TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    reason TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;
CREATE INDEX held_entry_by_case ON held_entry (case_id);
CREATE INDEX held_entry_by_practice ON held_entry (practice);

-- What is recorded and never coded: the activity report. A projection.
CREATE TABLE activity (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    event_date TEXT NOT NULL,
    author BLOB NOT NULL,
    minutes INTEGER NOT NULL,
    reason TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;
CREATE INDEX activity_by_case ON activity (case_id);

-- Urgent concerns that nobody is recorded to have taken over. A projection.
CREATE TABLE urgent_concern (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    practice TEXT NOT NULL,
    event_date TEXT NOT NULL,
    author BLOB NOT NULL,
    nhs_number TEXT NOT NULL,
    family_name TEXT NOT NULL,
    given_names TEXT NOT NULL,
    birth_date TEXT NOT NULL
) STRICT;
CREATE INDEX urgent_concern_by_case ON urgent_concern (case_id);

-- What two cases of one person would have in common, hashed. A projection.
CREATE TABLE match_key (
    key_hash BLOB NOT NULL,
    case_id BLOB NOT NULL,
    PRIMARY KEY (key_hash, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_key_by_case ON match_key (case_id);

-- Cases that look like the same person as another one: none of their entries goes out until the
-- lead has compared them. Asked for when rows are read, so that no order of projection matters.
CREATE VIEW likely_duplicate AS
    SELECT DISTINCT one.case_id FROM match_key AS one
    JOIN match_key AS other ON other.key_hash = one.key_hash AND other.case_id <> one.case_id;

-- Closed packs, as they were written, for ever.
CREATE TABLE pack (
    practice TEXT NOT NULL REFERENCES practice (ods),
    number INTEGER NOT NULL,
    pack_id TEXT NOT NULL UNIQUE,
    cut_off TEXT NOT NULL,
    new_rows INTEGER NOT NULL,
    held_rows INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    zip BLOB NOT NULL,
    PRIMARY KEY (practice, number)
) STRICT;

-- The rows that were NEW in a pack. The keys are the promise: once each, for ever.
CREATE TABLE pack_row (
    row_id TEXT PRIMARY KEY,
    case_id BLOB NOT NULL,
    episode TEXT NOT NULL,
    snomed_code TEXT NOT NULL,
    practice TEXT NOT NULL,
    number INTEGER NOT NULL,
    evidence_hash TEXT NOT NULL,
    UNIQUE (case_id, episode, snomed_code),
    FOREIGN KEY (practice, number) REFERENCES pack (practice, number)
) STRICT;
CREATE INDEX pack_row_by_pack ON pack_row (practice, number);

-- Referrals that were taken in from files: a row that comes again adds nothing.
CREATE TABLE imported_referral (
    fingerprint BLOB PRIMARY KEY,
    case_id BLOB NOT NULL
) STRICT, WITHOUT ROWID;
