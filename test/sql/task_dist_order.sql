-- task_dist: operators, sorting, hashing, joins, indexes.
SET search_path = shnor, public;

CREATE TEMP TABLE ordered AS
SELECT i AS id, CASE WHEN i % 10 = 0 THEN '{}' ELSE task_dist(a) END AS d
FROM (SELECT i, ARRAY[(i * 31 + k * 17) % (2 + i % 9), nullif((i + k) % 4, 3), i % 2]::int2[] AS a
      FROM generate_series(1, 150) AS i, generate_series(0, 3) AS k) AS r
GROUP BY i;
INSERT INTO ordered SELECT id + 1000, d FROM ordered WHERE id % 3 = 0;
INSERT INTO ordered VALUES (2000, NULL);

-- The order is that of the bytes, and the operators agree with each other.
SELECT count(*) AS pairs,
       bool_and((a.d = b.d) = (task_dist_send(a.d) = task_dist_send(b.d))) AS eq,
       bool_and((a.d <> b.d) = (task_dist_send(a.d) <> task_dist_send(b.d))) AS ne,
       bool_and((a.d < b.d) = (task_dist_send(a.d) < task_dist_send(b.d))) AS lt,
       bool_and((a.d <= b.d) = (task_dist_send(a.d) <= task_dist_send(b.d))) AS le,
       bool_and((a.d > b.d) = (task_dist_send(a.d) > task_dist_send(b.d))) AS gt,
       bool_and((a.d >= b.d) = (task_dist_send(a.d) >= task_dist_send(b.d))) AS ge,
       bool_and(task_dist_cmp(a.d, b.d) = sign(byteacmp(task_dist_send(a.d), task_dist_send(b.d)))) AS cmp,
       bool_and(a.d <> b.d OR task_dist_hash(a.d) = task_dist_hash(b.d)
                AND task_dist_hash_extended(a.d, 7) = task_dist_hash_extended(b.d, 7)) AS hash
FROM ordered AS a, ordered AS b WHERE a.d IS NOT NULL AND b.d IS NOT NULL;
SELECT count(DISTINCT task_dist_hash(d)) = count(DISTINCT task_dist_send(d)) AS hash_spreads,
       bool_and(task_dist_hash_extended(d, 0) & 4294967295 = task_dist_hash(d)::bigint & 4294967295) AS seed_0_agrees,
       count(*) FILTER (WHERE task_dist_hash_extended(d, 1) = task_dist_hash_extended(d, 2)) AS seed_ignored
FROM ordered;

-- DISTINCT hashed and sorted, joins of each kind, against plain SQL
SET enable_sort = off;
CREATE TEMP TABLE answer AS SELECT 'hashed' AS way, count(*) AS n FROM (SELECT DISTINCT d FROM ordered) AS x;
RESET enable_sort;
SET enable_hashagg = off;
INSERT INTO answer SELECT 'sorted', count(*) FROM (SELECT DISTINCT d FROM ordered) AS x;
RESET enable_hashagg;
SELECT way, n = (SELECT count(DISTINCT task_dist_send(d)) + 1 FROM ordered) AS right FROM answer ORDER BY way;
SELECT bool_and(d >= before) AS is_ordered
FROM (SELECT d, lag(d) OVER (ORDER BY d) AS before FROM ordered) AS x;
TRUNCATE answer;
SET enable_nestloop = off;
SET enable_mergejoin = off;
INSERT INTO answer SELECT 'hash join', count(*) FROM ordered AS a JOIN ordered AS b USING (d);
RESET enable_mergejoin;
SET enable_hashjoin = off;
INSERT INTO answer SELECT 'merge join', count(*) FROM ordered AS a JOIN ordered AS b USING (d);
RESET enable_hashjoin;
RESET enable_nestloop;
SELECT way, n = (SELECT sum(m * m) FROM (SELECT count(*) AS m FROM ordered WHERE d IS NOT NULL GROUP BY task_dist_send(d)) AS x) AS right
FROM answer ORDER BY way;

-- Indexes, and a unique one; hash partitions
CREATE INDEX ON ordered USING btree (d);
CREATE INDEX ON ordered USING hash (d);
SET enable_seqscan = off;
SELECT array_agg(id ORDER BY id) = (SELECT array_agg(id ORDER BY id) FROM ordered
                                    WHERE task_dist_send(d) = (SELECT task_dist_send(d) FROM ordered WHERE id = 3)) AS found
FROM ordered WHERE d = (SELECT d FROM ordered WHERE id = 3);
SELECT (SELECT count(*) FROM ordered WHERE d < '{4|1:2}')
       = (SELECT count(*) FROM ordered WHERE task_dist_send(d) < task_dist_send('{4|1:2}')) AS below;
RESET enable_seqscan;
CREATE TEMP TABLE singular (d task_dist PRIMARY KEY);
INSERT INTO singular VALUES ('{2|0:1,1:1}'), ('{}');
INSERT INTO singular VALUES ('{2|1:1,0:1}') ON CONFLICT DO NOTHING;
SELECT count(*) AS kept FROM singular;
CREATE TEMP TABLE parted (d task_dist) PARTITION BY HASH (d);
CREATE TEMP TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT d FROM ordered;
SELECT count(*) AS all_rows, count(DISTINCT tableoid) AS partitions FROM parted;

-- The catalogue agrees: classes are complete and valid.
SELECT amname, amvalidate(c.oid) AS valid
FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = c.opcmethod
WHERE c.opcintype = 'shnor.task_dist'::regtype ORDER BY amname;
