-- Roles, what they permit, and who has them, in a tenant or on the whole platform.
CREATE TABLE sqh.roles (
    name text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT roles_pkey PRIMARY KEY (name),
    CONSTRAINT roles_name_check CHECK (name <> '')
);

CREATE TABLE sqh.role_permissions (
    role text COLLATE "C" NOT NULL,
    permission text COLLATE "C" NOT NULL,
    CONSTRAINT role_permissions_pkey PRIMARY KEY (role, permission),
    CONSTRAINT role_permissions_role_fkey FOREIGN KEY (role) REFERENCES sqh.roles (name) ON DELETE CASCADE,
    CONSTRAINT role_permissions_permission_check CHECK (permission <> '')
);

CREATE TABLE sqh.members (
    user_id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C",
    team_id text,
    roles text[] NOT NULL DEFAULT '{}',
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT members_key UNIQUE NULLS NOT DISTINCT (user_id, tenant),
    CONSTRAINT members_tenant_fkey FOREIGN KEY (tenant) REFERENCES sqh.tenants (slug) ON DELETE CASCADE,
    CONSTRAINT members_user_id_check CHECK (user_id <> ''),
    CONSTRAINT members_attributes_check CHECK (jsonb_typeof(attributes) = 'object')
);

CREATE INDEX members_tenant_idx ON sqh.members (tenant);

COMMENT ON TABLE sqh.members IS 'Who may enter which tenant, and what they hold there.';
COMMENT ON COLUMN sqh.members.tenant IS 'Null for what is held in the shared scope and in each tenant that the user may enter; it opens none.';
