-- The catalog: the servers of the platform, and the tenants on them.
CREATE TABLE sqh.servers (
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT servers_pkey PRIMARY KEY (name)
);

CREATE TABLE sqh.tenants (
    slug text COLLATE "C" NOT NULL,
    server text NOT NULL,
    database_name text NOT NULL,
    placement text NOT NULL DEFAULT 'database',
    schema_name text NOT NULL DEFAULT 'public',
    epoch bigint NOT NULL DEFAULT 1,
    status text NOT NULL DEFAULT 'provisioning',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenants_pkey PRIMARY KEY (slug),
    CONSTRAINT tenants_server_fkey FOREIGN KEY (server) REFERENCES sqh.servers (name),
    CONSTRAINT tenants_placement_check CHECK (placement IN ('database', 'schema', 'row')),
    CONSTRAINT tenants_status_check CHECK (status IN ('provisioning', 'active', 'suspended', 'dropping')),
    -- PostgreSQL cuts longer names without an error.
    CONSTRAINT tenants_names_check CHECK (octet_length(database_name) <= 63 AND octet_length(schema_name) <= 63)
);

-- No two tenants share what is theirs alone.
CREATE UNIQUE INDEX tenants_database_key ON sqh.tenants (server, database_name) WHERE placement = 'database';
CREATE UNIQUE INDEX tenants_schema_key ON sqh.tenants (server, database_name, schema_name) WHERE placement = 'schema';

COMMENT ON TABLE sqh.tenants IS 'Where each tenant''s records are.';
COMMENT ON COLUMN sqh.tenants.database_name IS 'Made of the slug once; the slug''s grammar may change, this name stays.';
COMMENT ON COLUMN sqh.tenants.epoch IS 'Goes up with every change of the place; a route of an older epoch is stale.';
