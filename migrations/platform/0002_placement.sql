-- Where a tenant's records are in each placement. Names are made once, here, and stored.
ALTER TABLE sqh.tenants
    ADD COLUMN tenant_key text COLLATE "C",
    ADD COLUMN pooled_database_name text,
    ADD COLUMN first_epoch bigint,
    ADD COLUMN drop_after timestamptz,
    ADD COLUMN purge_started_at timestamptz,
    ALTER COLUMN schema_name DROP DEFAULT;

UPDATE sqh.tenants SET tenant_key = slug, pooled_database_name = 'sqh_pooled_' || server, schema_name = database_name,
    first_epoch = epoch;

-- One for all tenants, so that a slug that is used again never has an epoch that it had before.
CREATE SEQUENCE sqh.epochs;
SELECT setval('sqh.epochs', coalesce(max(epoch) + 1, 1), false) FROM sqh.tenants;

ALTER TABLE sqh.tenants
    ALTER COLUMN tenant_key SET NOT NULL,
    ALTER COLUMN pooled_database_name SET NOT NULL,
    ALTER COLUMN first_epoch SET NOT NULL,
    ALTER COLUMN epoch DROP DEFAULT,
    DROP CONSTRAINT tenants_names_check,
    ADD CONSTRAINT tenants_names_check CHECK (octet_length(database_name) <= 63
        AND octet_length(pooled_database_name) <= 63 AND octet_length(schema_name) <= 63),
    ADD CONSTRAINT tenants_key_check CHECK (tenant_key <> ''),
    ADD CONSTRAINT tenants_epoch_check CHECK (epoch >= first_epoch),
    ADD CONSTRAINT tenants_drop_check CHECK ((drop_after IS NOT NULL) = (status = 'dropping')),
    ADD CONSTRAINT tenants_purge_check CHECK (purge_started_at IS NULL OR status = 'dropping');

-- No two tenants share what is theirs alone, wherever the records of either are now.
DROP INDEX sqh.tenants_database_key;
DROP INDEX sqh.tenants_schema_key;
CREATE UNIQUE INDEX tenants_database_key ON sqh.tenants (server, database_name);
CREATE UNIQUE INDEX tenants_schema_key ON sqh.tenants (server, pooled_database_name, schema_name);
CREATE UNIQUE INDEX tenants_key_key ON sqh.tenants (server, pooled_database_name, tenant_key);

COMMENT ON COLUMN sqh.tenants.database_name IS 'The database of the tenant alone. Made of the slug once; the slug''s grammar may change, this name stays.';
COMMENT ON COLUMN sqh.tenants.pooled_database_name IS 'The database of many tenants, for the other placements.';
COMMENT ON COLUMN sqh.tenants.schema_name IS 'The schema of the tenant alone in the database of many.';
COMMENT ON COLUMN sqh.tenants.tenant_key IS 'What the tenant column holds in row placement.';
COMMENT ON COLUMN sqh.tenants.first_epoch IS 'The epoch it was made with, which tells it from an earlier tenant of this slug.';
COMMENT ON COLUMN sqh.tenants.drop_after IS 'From when it may be dropped for good.';
COMMENT ON COLUMN sqh.tenants.purge_started_at IS 'Since when it is being dropped for good: there is no way back.';
