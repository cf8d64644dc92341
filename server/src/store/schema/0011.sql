-- What the lead decides: whether two records are one person's, and what becomes of work that was
-- kept apart.

-- Every decision on a pair of records, in order; the latest of a pair holds. No projection: nobody
-- else knows it. Rows are added and never changed.
CREATE TABLE duplicate_decision (
    id INTEGER PRIMARY KEY,
    -- The pair, the lesser identifier first.
    one BLOB NOT NULL,
    other BLOB NOT NULL,
    -- The record that goes on; none where they are different people.
    goes_on BLOB,
    by BLOB NOT NULL REFERENCES user (id),
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    CHECK (one < other),
    CHECK (goes_on IS NULL OR goes_on IN (one, other))
) STRICT;
CREATE INDEX duplicate_decision_by_pair ON duplicate_decision (one, other, id);

-- Who was given the record that goes on by a decision, and had not had it: it is taken from them
-- again where that decision is changed. Rows are added and never changed.
CREATE TABLE duplicate_grant (
    decision INTEGER NOT NULL REFERENCES duplicate_decision (id),
    user BLOB NOT NULL REFERENCES user (id),
    PRIMARY KEY (decision, user)
) STRICT, WITHOUT ROWID;

-- What holds of each pair. As with all that follows, no order of projection matters.
CREATE VIEW duplicate_verdict AS
    SELECT decision.* FROM duplicate_decision AS decision
    WHERE NOT EXISTS (SELECT 1 FROM duplicate_decision AS later
        WHERE later.one = decision.one AND later.other = decision.other AND later.id > decision.id);

-- Records that were set aside, each with the one that goes on in its stead.
CREATE VIEW set_aside AS
    SELECT iif(goes_on = one, other, one) AS case_id, goes_on FROM duplicate_verdict
    WHERE goes_on IS NOT NULL;

-- The same, followed to the record that is not set aside itself.
CREATE VIEW stands_for AS
    WITH RECURSIVE step (case_id, goes_on) AS (
        SELECT case_id, goes_on FROM set_aside
        UNION
        SELECT step.case_id, next.goes_on FROM step
        JOIN set_aside AS next ON next.case_id = step.goes_on
    )
    SELECT case_id, goes_on FROM step WHERE goes_on NOT IN (SELECT case_id FROM set_aside);

-- Entries that count: those of records that were not set aside.
CREATE VIEW standing_entry AS
    SELECT * FROM coded_entry WHERE case_id NOT IN (SELECT case_id FROM set_aside);

-- Records that look like one person's, or share a referral, each pair both ways: two match keys, two
-- entries or an entry and what was packed are the same. A projection, which either record's makes
-- whole, so that no order matters; comparing everybody with everybody for each pack would take long.
CREATE TABLE alike (
    case_id BLOB NOT NULL,
    other BLOB NOT NULL,
    PRIMARY KEY (case_id, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX alike_by_other ON alike (other);
CREATE INDEX settlement_by_case ON settlement (case_id);
INSERT INTO alike
    SELECT one.case_id, other.case_id FROM match_key AS one
    JOIN match_key AS other ON other.key_hash = one.key_hash AND other.case_id <> one.case_id
    GROUP BY 1, 2;

-- Pairs that nobody has decided on. Whom a record that was set aside is like, the one that goes on
-- is like: three records of one person take two decisions.
CREATE VIEW undecided_pair AS
    WITH pair (one, other, for_one, for_other) AS (
        SELECT alike.case_id, alike.other, ifnull(mine.goes_on, alike.case_id),
            ifnull(theirs.goes_on, alike.other)
        FROM alike
        LEFT JOIN stands_for AS mine ON mine.case_id = alike.case_id
        LEFT JOIN stands_for AS theirs ON theirs.case_id = alike.other
    )
    SELECT DISTINCT for_one AS one, for_other AS other FROM pair
    WHERE for_one <> for_other
        AND NOT EXISTS (SELECT 1 FROM duplicate_decision AS decision
            WHERE decision.one = min(pair.one, pair.other)
                AND decision.other = max(pair.one, pair.other))
        AND NOT EXISTS (SELECT 1 FROM duplicate_decision AS decision
            WHERE decision.one = min(for_one, for_other)
                AND decision.other = max(for_one, for_other));

-- Cases that look like the same person as another one, where nobody has decided whether they are:
-- none of their entries goes out until then.
DROP VIEW likely_duplicate;
CREATE VIEW likely_duplicate AS SELECT one AS case_id FROM undecided_pair;

-- Every decision on a change that was kept apart, since whoever wrote it could no longer write to
-- the case, or the phone was taken off the service; the latest of a change holds. Rows are added and
-- never changed.
CREATE TABLE kept_apart_decision (
    id INTEGER PRIMARY KEY,
    case_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    author BLOB NOT NULL,
    -- Whether it went into the record; else it was left aside.
    taken_in INTEGER NOT NULL,
    by BLOB NOT NULL REFERENCES user (id),
    at INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX kept_apart_decision_by_change ON kept_apart_decision (case_id, hash, id);
