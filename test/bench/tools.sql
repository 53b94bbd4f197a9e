-- tools.sql: where timings, sizes and skipped parts are kept, and the one
-- procedure that times.

CREATE TABLE bench.bench_time (
    measure text NOT NULL, variant text NOT NULL, rows bigint NOT NULL, run integer NOT NULL, ms float8 NOT NULL,
    UNIQUE (measure, variant, rows, run));

-- Bytes, and counts that are no timings.
CREATE TABLE bench.fact (
    measure text NOT NULL, variant text NOT NULL, rows bigint NOT NULL, value numeric NOT NULL,
    UNIQUE (measure, variant, rows));

CREATE TABLE bench.skipped (measure text NOT NULL, rows bigint NOT NULL, why text NOT NULL);

-- What a measure compares. A select is timed by EXPLAIN (ANALYZE, TIMING OFF),
-- planning and execution together, so that no row is sent; anything else by
-- the clock. Undone statements are rolled back after the clock has stopped.
CREATE TABLE bench.query (
    measure text NOT NULL, place integer NOT NULL, variant text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('select', 'statement', 'undone')),
    setup text NOT NULL DEFAULT '', query text NOT NULL,
    UNIQUE (measure, place), UNIQUE (measure, variant));

CREATE FUNCTION bench.clock_ms()
RETURNS float8
LANGUAGE sql VOLATILE
RETURN extract(epoch FROM clock_timestamp()) * 1000;

CREATE FUNCTION bench.time_once(kind text, query text)
RETURNS float8
LANGUAGE plpgsql
AS $$
DECLARE
    plan json;
    started float8 := bench.clock_ms();
    ms float8;
BEGIN
    CASE kind
    WHEN 'select' THEN
        EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
        ms := (plan -> 0 ->> 'Planning Time')::float8 + (plan -> 0 ->> 'Execution Time')::float8;
    WHEN 'statement' THEN
        EXECUTE query;
        ms := bench.clock_ms() - started;
    WHEN 'undone' THEN
        BEGIN
            EXECUTE query;
            ms := bench.clock_ms() - started;
            RAISE EXCEPTION USING ERRCODE = 'UB001', MESSAGE = 'undone';
        EXCEPTION WHEN SQLSTATE 'UB001' THEN
            NULL;
        END;
    END CASE;
    RETURN ms;
END
$$;

CREATE FUNCTION bench.input_rows()
RETURNS bigint
LANGUAGE sql STABLE
RETURN current_setting('bench.rows')::bigint;

-- Times the variants of a measure in turn, so that whatever else the machine
-- does falls on all of them; run 0 warms the caches and is not counted. After
-- three runs none begins once the measure has taken the seconds of bench.limit.
CREATE PROCEDURE bench.run(this_measure text)
LANGUAGE plpgsql
AS $$
DECLARE
    q bench.query;
    ms float8;
    started float8 := bench.clock_ms();
BEGIN
    FOR n IN 0 .. current_setting('bench.runs')::integer LOOP
        EXIT WHEN n > 3 AND bench.clock_ms() - started > 1000 * current_setting('bench.limit')::float8;
        FOR q IN SELECT * FROM bench.query AS b WHERE b.measure = this_measure ORDER BY b.place LOOP
            IF q.setup <> '' THEN
                EXECUTE q.setup;
            END IF;
            COMMIT;
            ms := bench.time_once(q.kind, q.query);
            IF n > 0 THEN
                INSERT INTO bench.bench_time VALUES (q.measure, q.variant, bench.input_rows(), n, ms);
            END IF;
            COMMIT;
        END LOOP;
    END LOOP;
    DELETE FROM bench.query AS b WHERE b.measure = this_measure;
END
$$;

CREATE FUNCTION bench.skip(measure text, why text)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO bench.skipped VALUES (measure, bench.input_rows(), why);
END;

-- Nothing is worth timing that gives a wrong answer.
CREATE FUNCTION bench.must_be_equal(measure text, one text, other text)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    differing bigint;
BEGIN
    EXECUTE format('WITH one AS MATERIALIZED (%s), other AS MATERIALIZED (%s)
                    SELECT (SELECT count(*) FROM (TABLE one EXCEPT ALL TABLE other) AS x)
                         + (SELECT count(*) FROM (TABLE other EXCEPT ALL TABLE one) AS y)', one, other)
    INTO differing;
    IF differing > 0 THEN
        RAISE EXCEPTION '%: % rows differ', measure, differing USING DETAIL = one || E'\n' || other;
    END IF;
END
$$;

-- Milliseconds of the COPY of one file.
CREATE TABLE bench.copied (
    rows bigint NOT NULL, variant text NOT NULL, file integer NOT NULL, ms float8 NOT NULL,
    UNIQUE (rows, variant, file));

-- Makes a warehouse the same without summaries: drops the triggers of result
-- and its partitions that are not there for the scores alone, and foreign keys
-- to summaries.
CREATE PROCEDURE bench.drop_summaries(schema text)
LANGUAGE plpgsql
AS $$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT g.tgname, g.tgrelid::regclass AS relation
        FROM pg_trigger AS g
        JOIN pg_proc AS p ON p.oid = g.tgfoid
        WHERE g.tgrelid IN (SELECT relid FROM pg_partition_tree(format('%I.result', schema)::regclass))
          AND NOT g.tgisinternal AND g.tgparentid = 0 AND p.proname LIKE '%summar%'
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.relation);
    END LOOP;
    FOR t IN
        SELECT c.conname, c.conrelid::regclass AS relation
        FROM pg_constraint AS c
        WHERE c.conrelid = format('%I.result', schema)::regclass AND c.contype = 'f'
          AND c.confrelid::regclass::text LIKE '%summary'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', t.relation, t.conname);
    END LOOP;
END
$$;

CREATE PROCEDURE bench.time_into(measure text, variant text, n integer, query text)
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO bench.bench_time VALUES (measure, variant, bench.input_rows(), n, bench.time_once('statement', query));
END
$$;

CREATE PROCEDURE bench.empty_summaries()
LANGUAGE plpgsql
AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    DELETE FROM country.result_summary;
END
$$;

-- Both queries must say the same before it is worth timing them.
CREATE PROCEDURE bench.plan_aggregate(measure text, source text)
LANGUAGE plpgsql
AS $$
DECLARE
    plain text := format($query$
        SELECT administration_id, school_id, class,
               count(*) AS participants,
               count(*) FILTER (WHERE mark = 2) AS mark_2,
               count(*) FILTER (WHERE mark = 3) AS mark_3,
               count(*) FILTER (WHERE mark = 4) AS mark_4,
               count(*) FILTER (WHERE mark = 5) AS mark_5,
               count(*) FILTER (WHERE mark = 2)::numeric / count(*) AS fail_share,
               avg(score) AS mean,
               stddev_samp(score) AS stddev,
               min(score)::integer AS lowest,
               max(score)::integer AS highest,
               count(*) FILTER (WHERE mark < journal_mark) AS journal_lower,
               count(*) FILTER (WHERE mark = journal_mark) AS journal_same,
               count(*) FILTER (WHERE mark > journal_mark) AS journal_higher,
               count(*) FILTER (WHERE abs(mark - journal_mark) >= 2) AS journal_gap2
        FROM %s WHERE attempt = 1 GROUP BY administration_id, school_id, class$query$, source);
    accessors text := format($query$
        SELECT administration_id, school_id, class,
               shnor.participants(d) AS participants,
               shnor.mark_count(d, 2) AS mark_2,
               shnor.mark_count(d, 3) AS mark_3,
               shnor.mark_count(d, 4) AS mark_4,
               shnor.mark_count(d, 5) AS mark_5,
               shnor.fail_share(d) AS fail_share,
               shnor.mean(d) AS mean,
               shnor.stddev(d) AS stddev,
               shnor.percentile(d, 0)::integer AS lowest,
               shnor.percentile(d, 1)::integer AS highest,
               shnor.journal_lower(d) AS journal_lower,
               shnor.journal_same(d) AS journal_same,
               shnor.journal_higher(d) AS journal_higher,
               shnor.journal_gap2(d) AS journal_gap2
        FROM (SELECT administration_id, school_id, class, shnor.score_dist(score, mark, journal_mark) AS d
              FROM %s WHERE attempt = 1 GROUP BY administration_id, school_id, class) AS s$query$, source);
BEGIN
    PERFORM bench.must_be_equal(measure, plain, accessors);
    INSERT INTO bench.query (measure, place, variant, kind, setup, query)
    SELECT plan_aggregate.measure, 2 * w + p, format('%s, %s', v, CASE w WHEN 0 THEN 'one process' WHEN 1 THEN 'two processes' ELSE 'three processes' END), 'select',
           format('SET max_parallel_workers_per_gather = %s', w), q
    FROM generate_series(0, 2) AS w, (VALUES (0, 'plain SQL', plain), (1, 'score_dist', accessors)) AS a (p, v, q);
END
$$;
