-- The change log, who may see what, the people and their devices, and the caches of the log.

-- One row: what the service is, and how far its log has come.
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- One unbroken life of the log. A restore draws another.
    epoch BLOB NOT NULL,
    service_name TEXT NOT NULL,
    demonstration INTEGER NOT NULL,
    -- Where people reach the server, as it was last started; empty before.
    public_url TEXT NOT NULL,
    -- The last position given out. Each position is one row of change or of access_log.
    log_position INTEGER NOT NULL,
    profile_version INTEGER NOT NULL,
    -- The profile version whose facts the ledger rests on.
    projected_profile_version INTEGER NOT NULL,
    -- The day in London on which it was worked out: dates in the future are held until they come.
    projected_on TEXT NOT NULL,
    directory_version INTEGER NOT NULL,
    -- The user and device under which the server itself writes.
    service_user BLOB NOT NULL,
    service_device BLOB NOT NULL
) STRICT;

CREATE TABLE practice (
    ods TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE user (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    practice TEXT REFERENCES practice (ods),
    -- How the practice's own system names them, for the author columns of a pack.
    gp_username TEXT,
    active INTEGER NOT NULL DEFAULT 1
) STRICT;

-- Roles that somebody holds or held: what they signed in an earlier role stays theirs.
CREATE TABLE user_role (
    user BLOB NOT NULL REFERENCES user (id),
    role TEXT NOT NULL,
    PRIMARY KEY (user, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id BLOB PRIMARY KEY,
    user BLOB NOT NULL REFERENCES user (id),
    enrolled_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX device_by_user ON device (user);

-- Only the SHA-256 of a token is kept: a stolen copy of the database signs nobody in.
CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    device BLOB NOT NULL REFERENCES device (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invite (
    token_hash BLOB PRIMARY KEY,
    user BLOB NOT NULL REFERENCES user (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

-- The system of record. Rows are added and never changed.
CREATE TABLE change (
    position INTEGER PRIMARY KEY,
    case_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    device BLOB NOT NULL,
    author BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (case_id, hash)
) STRICT;

-- Who was given a case and who lost it. Rows are added and never changed.
CREATE TABLE access_log (
    position INTEGER PRIMARY KEY,
    case_id BLOB NOT NULL,
    user BLOB NOT NULL REFERENCES user (id),
    granted INTEGER NOT NULL,
    -- The device whose push began the case; none where the service decided.
    device BLOB,
    at INTEGER NOT NULL
) STRICT;

-- The last change of each case, and how far its caches have come.
CREATE TABLE case_log (
    case_id BLOB PRIMARY KEY,
    latest_position INTEGER NOT NULL,
    -- The ledger and the snapshot hold everything up to here.
    projected_position INTEGER NOT NULL DEFAULT 0,
    -- Whether that could not be done, and was given up until the next change.
    failed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX case_log_behind ON case_log (case_id) WHERE projected_position < latest_position;

-- access_log as it stands now, with what a phone's cursor is compared with.
CREATE TABLE access (
    case_id BLOB NOT NULL,
    user BLOB NOT NULL REFERENCES user (id),
    granted_position INTEGER NOT NULL,
    revoked_position INTEGER,
    -- The latest change or grant that this user may see.
    latest_position INTEGER NOT NULL,
    PRIMARY KEY (case_id, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_by_user ON access (user, latest_position);
CREATE INDEX access_revoked ON access (user, revoked_position)
    WHERE revoked_position IS NOT NULL;

-- Work by somebody who could no longer write to the case, kept for the lead.
CREATE TABLE quarantine (
    case_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    device BLOB NOT NULL,
    author BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (case_id, hash)
) STRICT, WITHOUT ROWID;

-- A cache: the document of a case as saved after upto_position.
CREATE TABLE snapshot (
    case_id BLOB PRIMARY KEY,
    upto_position INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

-- The directory: one CBOR entry each.
CREATE TABLE service (
    id TEXT PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT;

-- Codes that an administrator allows beside the two built in (rule 6).
CREATE TABLE allowed_code (
    concept TEXT PRIMARY KEY,
    term TEXT NOT NULL
) STRICT;
