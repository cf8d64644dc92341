-- Devices that are taken off the service, and what they hand over.

-- Noted after a restore, as what somebody wrote on: it never signed in here, and nobody took it off.
ALTER TABLE device ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0;
UPDATE device SET adopted = 1 WHERE revoked_at = enrolled_at;

-- Whoever listens is told of a revocation.
CREATE INDEX device_by_revocation ON device (revoked_at) WHERE revoked_at IS NOT NULL;
