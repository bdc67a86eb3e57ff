-- Written by Edict; changed by hand, it is drift.
-- edict artifact sha256:d1325c47fd2b15c8e81f269e28bff50ffb3f9e7d0cefe3069fb1c54fadcff2b7
BEGIN;
GRANT "sales" TO "ann";
GRANT "staff" TO "ben";
GRANT "staff" TO "sales";
ALTER TABLE "public"."orders" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "public"."orders" FORCE ROW LEVEL SECURITY;
DO $edict$ DECLARE name text; BEGIN FOR name IN SELECT polname FROM pg_policy WHERE polrelid = '"public"."orders"'::regclass AND starts_with(polname, 'edict ') LOOP EXECUTE format('DROP POLICY %I ON "public"."orders"', name); END LOOP; END $edict$;
REVOKE ALL ON TABLE "public"."orders" FROM PUBLIC, "ben", "sales", "staff";
GRANT DELETE ON TABLE "public"."orders" TO "staff";
GRANT SELECT ON TABLE "public"."orders" TO PUBLIC;
CREATE POLICY "edict select sample/anybody" ON "public"."orders" AS PERMISSIVE FOR SELECT TO PUBLIC USING (TRUE);
CREATE POLICY "edict select sample/anything" ON "public"."orders" AS RESTRICTIVE FOR SELECT TO "sales" USING (NOT ("closed" IN (TRUE)));
CREATE POLICY "edict insert sample/anything" ON "public"."orders" AS RESTRICTIVE FOR INSERT TO "sales" WITH CHECK (NOT ("closed" IN (TRUE)));
CREATE POLICY "edict update sample/anything" ON "public"."orders" AS RESTRICTIVE FOR UPDATE TO "sales" USING (NOT ("closed" IN (TRUE)));
CREATE POLICY "edict delete sample/anything" ON "public"."orders" AS RESTRICTIVE FOR DELETE TO "sales" USING (NOT ("closed" IN (TRUE)));
CREATE POLICY "edict delete sample/every-table" ON "public"."orders" AS PERMISSIVE FOR DELETE TO "staff" USING (TRUE);
CREATE POLICY "edict select sample/not-abroad" ON "public"."orders" AS RESTRICTIVE FOR SELECT TO "ben" USING (NOT (TRUE));
COMMIT;
