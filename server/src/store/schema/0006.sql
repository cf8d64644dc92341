-- Hours that a phone may be read without hearing from the service.
ALTER TABLE meta ADD COLUMN offline_hours INTEGER NOT NULL DEFAULT 72;
