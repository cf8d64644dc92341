-- Whom to phone about an urgent concern, as the service last checked; in the order of its file.
CREATE TABLE service_number (
    position INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    kind TEXT NOT NULL,
    practice TEXT NOT NULL,
    checked_on TEXT NOT NULL
) STRICT;

-- Every urgent concern that stands, with what became of it: since when by the clock, whom somebody
-- told and when, who took it over, and by when somebody is to check on the person. Never what was
-- said. Empty where nothing is recorded. A projection.
ALTER TABLE urgent_concern ADD COLUMN event_time TEXT NOT NULL DEFAULT '';
ALTER TABLE urgent_concern ADD COLUMN informed TEXT NOT NULL DEFAULT '';
ALTER TABLE urgent_concern ADD COLUMN informed_at TEXT NOT NULL DEFAULT '';
ALTER TABLE urgent_concern ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE urgent_concern ADD COLUMN check_on TEXT NOT NULL DEFAULT '';

UPDATE case_log SET projected_position = 0;
