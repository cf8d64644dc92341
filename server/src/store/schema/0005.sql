-- Cases wait for their caches in the order of their latest changes, so that neighbours of the index
-- are written together: by case they would be as random as their identifiers.
DROP INDEX case_log_behind;
CREATE INDEX case_log_behind ON case_log (latest_position)
    WHERE projected_position < latest_position;

-- Changes that do not fit their case's record are kept apart, too, with what their sender is answered
-- and the position that they had in the log.
ALTER TABLE quarantine ADD COLUMN verdict INTEGER NOT NULL DEFAULT 1;
ALTER TABLE quarantine ADD COLUMN position INTEGER;
