-- What the lead decided of who carries whom, and of which records. Rows are added and never changed;
-- who has a record follows from the log of access.
CREATE TABLE caseload_decision (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('share', 'hand_over', 'take_off')),
    -- Whose caseload it was done to; none for records that nobody had.
    from_user BLOB REFERENCES user (id),
    to_user BLOB REFERENCES user (id),
    by BLOB NOT NULL REFERENCES user (id),
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    CHECK (kind = 'take_off' OR to_user IS NOT NULL)
) STRICT;
CREATE INDEX caseload_decision_from ON caseload_decision (from_user);
CREATE INDEX caseload_decision_to ON caseload_decision (to_user);

CREATE TABLE caseload_decision_case (
    decision INTEGER NOT NULL REFERENCES caseload_decision (id),
    case_id BLOB NOT NULL,
    PRIMARY KEY (decision, case_id)
) STRICT, WITHOUT ROWID;
