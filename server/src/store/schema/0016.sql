-- A phone with a lock shows a secret that lies sealed in its vault: without it the session, of which
-- the browser keeps a cookie beside the vault, opens nothing that a phone reads. Only its SHA-256 is
-- kept, as of a token.
ALTER TABLE device ADD COLUMN secret_hash BLOB;
