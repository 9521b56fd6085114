-- Where each server is, and how to log in. A password is a reference, never a value: the checks refuse
-- whatever else comes here.
ALTER TABLE sqh.servers
    ADD COLUMN url text,
    ADD COLUMN password text,
    ADD COLUMN replica_urls text[] NOT NULL DEFAULT '{}',
    ADD COLUMN direct_url text,
    ADD COLUMN status text NOT NULL DEFAULT 'active',
    ADD CONSTRAINT servers_password_check CHECK (password ~ '^env:[A-Z_][A-Z0-9_]*$'),
    ADD CONSTRAINT servers_url_check CHECK (concat_ws(' ', url, direct_url, array_to_string(replica_urls, ' ')) !~ '://[^/ @]*:[^/ @]*@'),
    ADD CONSTRAINT servers_status_check CHECK (status IN ('active', 'draining'));

COMMENT ON COLUMN sqh.servers.url IS 'Where records are written. NULL for the server that a platform starts with: its URL is the process''s own.';
COMMENT ON COLUMN sqh.servers.password IS 'Where the owner''s password is, `env:NAME`.';
COMMENT ON COLUMN sqh.servers.replica_urls IS 'Where reads may go.';
COMMENT ON COLUMN sqh.servers.direct_url IS 'The server itself, if the URL leads to a pooler in front of it that lends a connection for a transaction.';
COMMENT ON COLUMN sqh.servers.status IS 'No new tenants are placed on one that is draining.';
