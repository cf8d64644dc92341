-- Logbooks: work that belongs to no person.

-- A logbook is nobody's case, and nobody carries it.
ALTER TABLE standing ADD COLUMN logbook INTEGER NOT NULL DEFAULT 0;

-- Work without a person, for the lead's report. A projection.
CREATE TABLE logged_activity (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    event_date TEXT NOT NULL,
    author BLOB NOT NULL,
    -- In words.
    kind TEXT NOT NULL,
    minutes INTEGER NOT NULL
) STRICT;
CREATE INDEX logged_activity_by_case ON logged_activity (case_id);

-- Accounts of what the service does. A projection.
CREATE TABLE case_study (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    event_date TEXT NOT NULL,
    author BLOB NOT NULL,
    title TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;
CREATE INDEX case_study_by_case ON case_study (case_id);

-- What workers found wrong or missing in the directory. A projection.
CREATE TABLE suggestion (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    event_date TEXT NOT NULL,
    author BLOB NOT NULL,
    -- The entry as it should read, as JSON.
    suggested TEXT NOT NULL,
    PRIMARY KEY (case_id, event)
) STRICT, WITHOUT ROWID;

-- What the service administrator made of them. No projection: nobody else knows it. Rows are added
-- and never changed.
CREATE TABLE suggestion_decision (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    decided_by BLOB NOT NULL REFERENCES user (id),
    at INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    -- Why it was set aside; empty where it was accepted.
    reason TEXT NOT NULL,
    -- The entry of the directory that was changed or added; empty where none was.
    service TEXT NOT NULL,
    -- The suggestion as it was then, and who made it: it may be withdrawn afterwards.
    suggested TEXT NOT NULL,
    author BLOB NOT NULL,
    PRIMARY KEY (case_id, event)
) STRICT, WITHOUT ROWID;

-- Kinds that an earlier version did not read may lie in cases that were worked out already.
UPDATE case_log SET projected_position = 0;
