-- What has been done to a database, in the database itself: each row is written in the transaction
-- of the work that it tells of. Applied under a lock, and again without harm.
CREATE SCHEMA IF NOT EXISTS sqh;

CREATE TABLE IF NOT EXISTS sqh.ledger (
    kind text NOT NULL,
    schema_name text NOT NULL,
    name text NOT NULL,
    model text,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ledger_pkey PRIMARY KEY (kind, schema_name, name)
);

ALTER TABLE sqh.ledger ADD COLUMN IF NOT EXISTS tenant_column text;
ALTER TABLE sqh.ledger ADD COLUMN IF NOT EXISTS refresh_started_at timestamptz;
ALTER TABLE sqh.ledger ADD COLUMN IF NOT EXISTS refresh_took interval;

ALTER TABLE sqh.ledger DROP CONSTRAINT IF EXISTS ledger_kind_check;
ALTER TABLE sqh.ledger ADD CONSTRAINT ledger_kind_check CHECK (kind IN ('migration', 'table', 'view'));

COMMENT ON COLUMN sqh.ledger.tenant_column IS 'The column that says whose a row is, in a table of many tenants.';
COMMENT ON COLUMN sqh.ledger.refresh_started_at IS 'A view holds what was committed before then.';
COMMENT ON COLUMN sqh.ledger.refresh_took IS 'How long it took to compute a view.';
COMMENT ON COLUMN sqh.ledger.checksum IS 'SHA-256 of the SQL, in hexadecimal.';
