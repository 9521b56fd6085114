-- The lock of the check is taken in a condition, which is evaluated in place; by PERFORM it was a query of
-- its own in every write. All else is as it was.
CREATE OR REPLACE FUNCTION sqh.check_placement(of_tenant text, of_epoch bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    here bigint;
BEGIN
    IF pg_advisory_xact_lock_shared(1936812144, hashtext(of_tenant)) IS NULL THEN
        RAISE EXCEPTION 'no tenant is named' USING ERRCODE = 'SQH01';
    END IF;
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
