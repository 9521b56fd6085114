-- Whose records may be written in this database, and by which route. A write passes the check in its
-- own transaction; whoever changes a tenant's place fences first. Both take one lock for each tenant,
-- writers share it: so a fence waits for the writes in flight, and those after it see the new epoch.
CREATE TABLE sqh.placements (
    tenant text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    CONSTRAINT placements_pkey PRIMARY KEY (tenant)
);

COMMENT ON TABLE sqh.placements IS 'The tenants whose records are here, and the epoch that their writers must know.';

-- 1936812144 is "sqhp" in ASCII: the locks on tenants.
--
-- The epoch is read by a statement of its own, whose snapshot is taken after the lock. Where all
-- statements of a transaction share a snapshot, the row is locked too, which fails if it has changed.
CREATE FUNCTION sqh.check_placement(of_tenant text, of_epoch bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    here bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1936812144, hashtext(of_tenant));
    IF current_setting('transaction_isolation') = 'read committed' THEN
        SELECT p.epoch INTO here FROM sqh.placements p WHERE p.tenant = of_tenant;
    ELSE
        SELECT p.epoch INTO here FROM sqh.placements p WHERE p.tenant = of_tenant FOR SHARE;
    END IF;
    IF here IS DISTINCT FROM of_epoch THEN
        RAISE EXCEPTION 'the tenant''s records are elsewhere, or cannot be written now' USING ERRCODE = 'SQH01';
    END IF;
    RETURN true;
END
$$;

COMMENT ON FUNCTION sqh.check_placement IS 'Refuses a write by a stale route with SQLSTATE SQH01.';

-- Once the fence's transaction has ended, no write of another epoch can commit. It never goes back.
CREATE FUNCTION sqh.fence(of_tenant text, of_epoch bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1936812144, hashtext(of_tenant));
    UPDATE sqh.placements SET epoch = of_epoch WHERE tenant = of_tenant AND epoch <= of_epoch;
    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION sqh.fence IS 'Waits for a tenant''s writes, and refuses those of older epochs from now on. False if there is nothing to refuse.';

REVOKE ALL ON FUNCTION sqh.fence FROM PUBLIC;

-- Writers find the check; nothing else here is theirs.
GRANT USAGE ON SCHEMA sqh TO PUBLIC;
