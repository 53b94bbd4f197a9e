-- score_dist: operators, sorting, hashing, joins, indexes.
SET search_path = shnor, public;

CREATE TEMP TABLE ordered AS
SELECT i AS id, CASE WHEN i % 10 = 0 THEN '{}' ELSE score_dist(s, m) END AS d
FROM (SELECT i, (i * 31 + k * 17) % (20 + i % 90) AS s, 2 + (i + k) % 4 AS m
      FROM generate_series(1, 150) AS i, generate_series(0, 3) AS k) AS r
GROUP BY i;
INSERT INTO ordered SELECT id + 1000, d FROM ordered WHERE id % 3 = 0;
INSERT INTO ordered VALUES (2000, NULL);

-- The order is that of the bytes, and the operators agree with each other.
SELECT count(*) AS pairs,
       bool_and((a.d = b.d) = (score_dist_send(a.d) = score_dist_send(b.d))) AS eq,
       bool_and((a.d <> b.d) = (score_dist_send(a.d) <> score_dist_send(b.d))) AS ne,
       bool_and((a.d < b.d) = (score_dist_send(a.d) < score_dist_send(b.d))) AS lt,
       bool_and((a.d <= b.d) = (score_dist_send(a.d) <= score_dist_send(b.d))) AS le,
       bool_and((a.d > b.d) = (score_dist_send(a.d) > score_dist_send(b.d))) AS gt,
       bool_and((a.d >= b.d) = (score_dist_send(a.d) >= score_dist_send(b.d))) AS ge,
       bool_and(score_dist_cmp(a.d, b.d) = byteacmp(score_dist_send(a.d), score_dist_send(b.d))
                OR sign(score_dist_cmp(a.d, b.d)) = sign(byteacmp(score_dist_send(a.d), score_dist_send(b.d)))) AS cmp,
       bool_and(score_dist_cmp(a.d, b.d) = -score_dist_cmp(b.d, a.d)) AS antisymmetric,
       bool_and(a.d <> b.d OR score_dist_hash(a.d) = score_dist_hash(b.d)
                AND score_dist_hash_extended(a.d, 7) = score_dist_hash_extended(b.d, 7)) AS hash
FROM ordered AS a, ordered AS b WHERE a.d IS NOT NULL AND b.d IS NOT NULL;
SELECT count(DISTINCT score_dist_hash(d)) > 100 AS hash_spreads,
       bool_and(score_dist_hash_extended(d, 0) & 4294967295 = score_dist_hash(d)::bigint & 4294967295) AS seed_0_agrees,
       count(*) FILTER (WHERE score_dist_hash_extended(d, 1) = score_dist_hash_extended(d, 2)) AS seed_ignored
FROM ordered;

-- DISTINCT and GROUP BY, hashed and sorted
SET enable_sort = off;
SELECT count(*) AS hashed FROM (SELECT DISTINCT d FROM ordered) AS x;
RESET enable_sort;
SET enable_hashagg = off;
SELECT count(*) AS sorted FROM (SELECT DISTINCT d FROM ordered) AS x;
RESET enable_hashagg;
SELECT count(DISTINCT score_dist_send(d)) + 1 AS plain FROM ordered;
SELECT bool_and(d >= before) AS is_ordered
FROM (SELECT d, lag(d) OVER (ORDER BY d) AS before FROM ordered) AS x;
SELECT d, id FROM ordered WHERE id IN (10, 20, 3, 1003, 2000) ORDER BY d DESC NULLS LAST, id;

-- Joins of each kind
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT count(*) AS hash_join FROM ordered AS a JOIN ordered AS b USING (d);
RESET enable_mergejoin;
SET enable_hashjoin = off;
SELECT count(*) AS merge_join FROM ordered AS a JOIN ordered AS b USING (d);
RESET enable_hashjoin;
RESET enable_nestloop;
SET enable_mergejoin = off;
SET enable_hashjoin = off;
SELECT count(*) AS nested_loop FROM ordered AS a JOIN ordered AS b USING (d);
RESET enable_mergejoin;
RESET enable_hashjoin;
SELECT sum(n * n) AS plain FROM (SELECT count(*) AS n FROM ordered WHERE d IS NOT NULL GROUP BY score_dist_send(d)) AS x;

-- Indexes, and a unique one
CREATE INDEX ON ordered USING btree (d);
CREATE INDEX ON ordered USING hash (d);
SET enable_seqscan = off;
SELECT array_agg(id ORDER BY id) AS found FROM ordered WHERE d = (SELECT d FROM ordered WHERE id = 3);
SELECT count(*) AS below FROM ordered WHERE d < '{|2:1}';
SELECT count(*) AS below FROM ordered WHERE score_dist_send(d) < score_dist_send('{|2:1}');
RESET enable_seqscan;
CREATE TEMP TABLE singular (d score_dist PRIMARY KEY);
INSERT INTO singular VALUES ('{1:1,2:2}'), ('{}');
INSERT INTO singular VALUES ('{2:2,1:1}') ON CONFLICT DO NOTHING;
SELECT count(*) AS kept FROM singular;
CREATE TEMP TABLE parted (d score_dist) PARTITION BY HASH (d);
CREATE TEMP TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TEMP TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TEMP TABLE parted_2 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted SELECT d FROM ordered;
SELECT count(*) AS all_rows, count(DISTINCT tableoid) AS partitions FROM parted;

-- Large values, compressed or out of line, compare like any others.
CREATE TEMP TABLE large (id integer, d score_dist);
ALTER TABLE large ALTER d SET STORAGE external;
INSERT INTO large
SELECT k, format('{%s}', string_agg(s || ':' || 20000 + k / (1 + s), ','))::score_dist
FROM generate_series(0, 3) AS k, generate_series(0, 1000) AS s GROUP BY k;
SELECT pg_relation_size(reltoastrelid) > 0 AS is_external FROM pg_class WHERE oid = 'large'::regclass;
INSERT INTO large SELECT id, d FROM large;
INSERT INTO large SELECT id, (d::text)::score_dist FROM large WHERE id = 0;
SELECT id, count(*) AS n, count(DISTINCT d) AS distinct_values FROM large GROUP BY id ORDER BY id;
SELECT count(*) AS groups FROM (SELECT d FROM large GROUP BY d) AS x;

-- The catalogue agrees: classes are complete and valid.
SELECT amname, amvalidate(c.oid) AS valid
FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = c.opcmethod
WHERE c.opcintype = 'shnor.score_dist'::regtype ORDER BY amname;
