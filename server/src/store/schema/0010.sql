-- What a practice is asked in packs and what it answers: logs, and the state that follows from them.

-- Every row of every pack, as the practice was told it. Rows are added and never changed.
CREATE TABLE packed_row (
    practice TEXT NOT NULL,
    number INTEGER NOT NULL,
    row_id TEXT NOT NULL,
    -- NEW, AMEND, RETRACT or REMINDER.
    action TEXT NOT NULL,
    -- What changed, or why it is taken back; empty for NEW and REMINDER.
    reason TEXT NOT NULL,
    -- The row that this one takes the place of; empty where there is none.
    replaces_row_id TEXT NOT NULL,
    case_id BLOB NOT NULL,
    episode TEXT NOT NULL,
    event TEXT NOT NULL,
    snomed_code TEXT NOT NULL,
    snomed_term TEXT NOT NULL,
    event_date TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    late INTEGER NOT NULL,
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
    evidence_hash TEXT NOT NULL,
    PRIMARY KEY (practice, number, row_id),
    FOREIGN KEY (practice, number) REFERENCES pack (practice, number)
) STRICT, WITHOUT ROWID;
-- The promise: a row is NEW in one pack, for ever.
CREATE UNIQUE INDEX packed_row_new_once ON packed_row (row_id) WHERE action = 'NEW';
CREATE INDEX packed_row_by_row ON packed_row (row_id, number);
CREATE INDEX packed_row_by_number ON packed_row (practice, nhs_number);

INSERT INTO packed_row
    SELECT practice, number, row_id, 'NEW', '', '', case_id, episode, '', snomed_code, '',
        event_date, '', 0, author, '', '', '', 0, nhs_number, family_name, given_names, birth_date,
        '', evidence_hash
    FROM pack_row;
DROP TABLE pack_row;

ALTER TABLE pack ADD COLUMN amend_rows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pack ADD COLUMN retract_rows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pack ADD COLUMN reminder_rows INTEGER NOT NULL DEFAULT 0;
-- Who closed it; none for the daily cut-off and for a command.
ALTER TABLE pack ADD COLUMN closed_by BLOB;

-- The private half of the key that signs packs.
ALTER TABLE meta ADD COLUMN pack_key BLOB NOT NULL DEFAULT x'';
UPDATE meta SET pack_key = randomblob(32);
-- When packs are closed by themselves, such as 06:00; empty for never. And the last day on which
-- they were.
ALTER TABLE meta ADD COLUMN cut_off TEXT NOT NULL DEFAULT '06:00';
ALTER TABLE meta ADD COLUMN cut_off_on TEXT NOT NULL DEFAULT '';
-- The edition of SNOMED CT against which the service checked its codes; empty until it says so.
ALTER TABLE meta ADD COLUMN snomed_edition_date TEXT NOT NULL DEFAULT '';

-- Everything that a practice answered, in the order in which it came. Rows are added and never
-- changed: an answer that is undone or settled is another row.
CREATE TABLE receipt (
    id INTEGER PRIMARY KEY,
    practice TEXT NOT NULL,
    row_id TEXT NOT NULL,
    -- The pack that asked.
    number INTEGER NOT NULL,
    -- How it came: answer, undo, or settle where a person decided between two answers.
    kind TEXT NOT NULL,
    -- Empty where it undoes.
    outcome TEXT NOT NULL,
    -- Empty where it was not said.
    on_date TEXT NOT NULL,
    filed_by TEXT NOT NULL,
    system TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- page, file or command.
    way TEXT NOT NULL,
    -- Who gave it; none for a command.
    by BLOB,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_by_row ON receipt (row_id, id);
CREATE INDEX receipt_by_practice ON receipt (practice, id);

-- Files of receipts that were given in, and what became of their lines.
CREATE TABLE receipt_file (
    id INTEGER PRIMARY KEY,
    practice TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    way TEXT NOT NULL,
    by BLOB,
    at INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    known INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    refused INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_file_by_practice ON receipt_file (practice, id);

-- Where each row that was ever packed stands. It follows from the two logs: worked out again at any
-- time.
CREATE TABLE settlement (
    row_id TEXT PRIMARY KEY,
    practice TEXT NOT NULL,
    case_id BLOB NOT NULL,
    episode TEXT NOT NULL,
    snomed_code TEXT NOT NULL,
    -- The pack that asked last, other than to remind; and the last one that mentioned it.
    asked_in INTEGER NOT NULL,
    mentioned_in INTEGER NOT NULL,
    action TEXT NOT NULL,
    evidence_hash TEXT NOT NULL,
    hide_online INTEGER NOT NULL,
    -- The answer to what was asked last; empty while there is none.
    outcome TEXT NOT NULL,
    on_date TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- The receipt that gave it; none while there is none.
    receipt INTEGER,
    -- A later answer that contradicts it and that nobody has settled.
    contradiction INTEGER,
    -- Whether the practice has the entry or may be making it: no other row may go out for the same
    -- fact meanwhile.
    live INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX settlement_by_practice ON settlement (practice, outcome);
-- The promise: no fact is on its way to two places.
CREATE UNIQUE INDEX settlement_live_once ON settlement (case_id, episode, snomed_code) WHERE live;

INSERT INTO settlement
    SELECT row_id, practice, case_id, episode, snomed_code, number, number, 'NEW', evidence_hash, 0,
        '', '', '', NULL, NULL, 1
    FROM packed_row;

-- Rows whose record is still to be told where they stand: whoever wrote the record sees it there.
CREATE TABLE to_tell (
    row_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What a practice did about an urgent concern of one of its people. No projection: rows are added
-- and never changed.
CREATE TABLE urgent_answer (
    id INTEGER PRIMARY KEY,
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    practice TEXT NOT NULL,
    by BLOB NOT NULL REFERENCES user (id),
    at INTEGER NOT NULL,
    words TEXT NOT NULL
) STRICT;
CREATE INDEX urgent_answer_by_concern ON urgent_answer (case_id, event);

-- The episode of what is held, to tell whether it was packed before; and what the practice may be
-- told beside the code, as JSON.
ALTER TABLE held_entry ADD COLUMN episode TEXT NOT NULL DEFAULT '';
ALTER TABLE coded_entry ADD COLUMN summary TEXT NOT NULL DEFAULT '';
CREATE INDEX coded_entry_by_fact ON coded_entry (case_id, episode, snomed_code);

UPDATE case_log SET projected_position = 0;
