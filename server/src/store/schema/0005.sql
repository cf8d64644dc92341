-- Cases wait for their caches in the order of their latest changes, so that neighbours of the index
-- are written together: by case they would be as random as their identifiers.
DROP INDEX case_log_behind;
CREATE INDEX case_log_behind ON case_log (latest_position)
    WHERE projected_position < latest_position;
