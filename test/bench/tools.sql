-- tools.sql: where timings, sizes and skipped parts are kept, and the one
-- procedure that times.

CREATE TABLE bench.bench_time (
    measure text NOT NULL, variant text NOT NULL, rows bigint NOT NULL, run integer NOT NULL, ms float8 NOT NULL,
    is_parallel boolean,        -- whether workers took part; NULL where no plan was seen
    UNIQUE (measure, variant, rows, run));

-- Bytes, and counts that are no timings.
CREATE TABLE bench.fact (
    measure text NOT NULL, variant text NOT NULL, rows bigint NOT NULL, value numeric NOT NULL,
    UNIQUE (measure, variant, rows));

CREATE TABLE bench.skipped (measure text NOT NULL, rows bigint NOT NULL, why text NOT NULL);

CREATE TABLE bench.machine (place integer GENERATED ALWAYS AS IDENTITY, name text NOT NULL, value text NOT NULL);

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

CREATE FUNCTION bench.time_once(kind text, query text, OUT ms float8, OUT is_parallel boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    plan json;
    started float8 := bench.clock_ms();
BEGIN
    CASE kind
    WHEN 'select' THEN
        EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
        ms := (plan -> 0 ->> 'Planning Time')::float8 + (plan -> 0 ->> 'Execution Time')::float8;
        is_parallel := plan::text ~ '"Workers Launched": [1-9]';
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
END
$$;

CREATE FUNCTION bench.input_rows()
RETURNS bigint
LANGUAGE sql STABLE
RETURN current_setting('bench.rows')::bigint;

-- Times the variants of a measure in turn, so that whatever else the machine
-- does falls on all of them. Run 0 warms the caches and is counted only where
-- it takes longer than that matters; after two runs none begins once the
-- measure has taken the seconds of bench.limit.
CREATE PROCEDURE bench.run(this_measure text)
LANGUAGE plpgsql
AS $$
DECLARE
    q bench.query;
    timed record;
    started float8 := bench.clock_ms();
BEGIN
    FOR n IN 0 .. current_setting('bench.runs')::integer LOOP
        EXIT WHEN n > 1 AND bench.clock_ms() - started > 1000 * current_setting('bench.limit')::float8;
        FOR q IN SELECT * FROM bench.query AS b WHERE b.measure = this_measure ORDER BY b.place LOOP
            IF q.setup <> '' THEN
                EXECUTE q.setup;
            END IF;
            COMMIT;
            timed := bench.time_once(q.kind, q.query);
            IF n > 0 OR timed.ms > 5000 THEN
                INSERT INTO bench.bench_time
                VALUES (q.measure, q.variant, bench.input_rows(), n, timed.ms, timed.is_parallel);
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
    rows bigint NOT NULL, variant text NOT NULL, into_partition boolean NOT NULL, file integer NOT NULL,
    copied bigint NOT NULL, ms float8 NOT NULL,
    UNIQUE (rows, variant, file));

-- Makes a warehouse the same without summaries.
CREATE PROCEDURE bench.drop_summaries(schema text)
LANGUAGE plpgsql
AS $$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT g.tgname, g.tgrelid::regclass AS relation
        FROM pg_trigger AS g
        WHERE g.tgrelid IN (SELECT relid FROM pg_partition_tree(format('%I.result', schema)::regclass))
          AND g.tgname LIKE 'keep_summaries_%'
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.relation);
    END LOOP;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no triggers that keep summaries in schema %', schema;
    END IF;
END
$$;

CREATE PROCEDURE bench.time_into(measure text, variant text, n integer, query text)
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO bench.bench_time VALUES (measure, variant, bench.input_rows(), n, (bench.time_once('statement', query)).ms);
END
$$;

CREATE PROCEDURE bench.empty_summaries()
LANGUAGE plpgsql
AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    DELETE FROM country.result_summary;
    DELETE FROM country.school_summary;
    DELETE FROM country.import_file_summary;
END
$$;

-- Both queries must say the same before it is worth timing them. Two processes
-- work wherever they can: the planner's costs are not what is measured.
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
               coalesce(shnor.mark_count(d, 2), 0) AS mark_2,
               coalesce(shnor.mark_count(d, 3), 0) AS mark_3,
               coalesce(shnor.mark_count(d, 4), 0) AS mark_4,
               coalesce(shnor.mark_count(d, 5), 0) AS mark_5,
               coalesce(shnor.fail_share(d), 0) AS fail_share,
               shnor.mean(d) AS mean,
               shnor.stddev(d) AS stddev,
               shnor.percentile(d, 0)::integer AS lowest,
               shnor.percentile(d, 1)::integer AS highest,
               coalesce(shnor.journal_lower(d), 0) AS journal_lower,
               coalesce(shnor.journal_same(d), 0) AS journal_same,
               coalesce(shnor.journal_higher(d), 0) AS journal_higher,
               coalesce(shnor.journal_gap2(d), 0) AS journal_gap2
        FROM (SELECT administration_id, school_id, class, shnor.score_dist(score, mark, journal_mark) AS d
              FROM %s WHERE attempt = 1 GROUP BY administration_id, school_id, class) AS s$query$, source);
BEGIN
    PERFORM bench.must_be_equal(measure, plain, accessors);
    INSERT INTO bench.query (measure, place, variant, kind, setup, query)
    SELECT plan_aggregate.measure, 2 * w + p,
           format('%s, %s', v, CASE w WHEN 0 THEN 'one process' ELSE 'two processes' END), 'select',
           format('SET max_parallel_workers_per_gather = %s; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0', w), q
    FROM generate_series(0, 1) AS w, (VALUES (0, 'plain SQL', plain), (1, 'score_dist', accessors)) AS a (p, v, q);
END
$$;

-- DuckDB's times and answers, from the files that duckdb.mjs left.
CREATE FUNCTION bench.load_duckdb()
RETURNS void
LANGUAGE plpgsql
SET client_min_messages = warning
AS $$
DECLARE
    dir text := current_setting('bench.dir');
BEGIN
    DROP TABLE IF EXISTS bench.duckdb_time, bench.duckdb_list, bench.duckdb_share, bench.duckdb_columns,
        bench.duckdb_histogram;
    CREATE TABLE bench.duckdb_time (measure text, variant text, run integer, ms float8);
    EXECUTE format('COPY bench.duckdb_time FROM %L', dir || '/duckdb_times.txt');
    INSERT INTO bench.bench_time
    SELECT t.measure, t.variant, bench.input_rows(), t.run, t.ms FROM bench.duckdb_time AS t;

    CREATE TABLE bench.duckdb_list (school_id integer);
    CREATE TABLE bench.duckdb_share (administration_id integer, school_id integer, participants bigint, failed bigint);
    CREATE TABLE bench.duckdb_columns (
        administration_id integer, school_id integer, class text, participants bigint, mark_2 bigint, mark_3 bigint,
        mark_4 bigint, mark_5 bigint, fail_share numeric(20, 8), mean numeric(20, 8), stddev numeric(20, 8),
        lowest integer, highest integer,
        journal_lower bigint, journal_same bigint, journal_higher bigint, journal_gap2 bigint);
    CREATE TABLE bench.duckdb_histogram (
        administration_id integer, school_id integer, class text, score integer, participants bigint);
    EXECUTE format('COPY bench.duckdb_list FROM %L CSV', dir || '/duckdb_list.csv');
    EXECUTE format('COPY bench.duckdb_share FROM %L CSV', dir || '/duckdb_share.csv');
    EXECUTE format('COPY bench.duckdb_columns FROM %L (FORMAT csv, FORCE_NOT_NULL (class))', dir || '/duckdb_columns_14.csv');
    EXECUTE format('COPY bench.duckdb_histogram FROM %L (FORMAT csv, FORCE_NOT_NULL (class))', dir || '/duckdb_histogram.csv');
END
$$;
