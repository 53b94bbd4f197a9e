-- Adjusted p-values and mid-rank percentiles, against R
-- (test/data/marker_reference.R made the rows) and plain SQL.

CREATE TEMP TABLE reference (id, p, bh, by) AS
SELECT id, p::double precision, bh::double precision, by::double precision FROM (VALUES
    (1, 0.040000000000000001, 0.055999999999999994, 0.1820874902874903),
    (2, 0.001, 0.0035000000000000001, 0.011380468142968144),
    (3, 0.001, 0.0035000000000000001, 0.011380468142968144),
    (4, 0.5, 0.58333333333333337, 1),
    (5, 1, 1, 1),
    (6, 0.029999999999999999, 0.055999999999999994, 0.1820874902874903),
    (7, 9.9999999999999998e-13, 7.0000000000000001e-12, 2.2760936285936283e-11),
    (8, 0.20000000000000001, 0.25454545454545457, 0.82767041039768319),
    (9, 0.040000000000000001, 0.055999999999999994, 0.1820874902874903),
    (10, 0.040000000000000001, 0.055999999999999994, 0.1820874902874903),
    (11, 0.010999999999999999, 0.028000000000000004, 0.09104374514374515),
    (12, 0.96999999999999997, 1, 1),
    (13, 0, 0, 0),
    (14, 0.012, 0.028000000000000004, 0.09104374514374515)) AS r (id, p, bh, by);
SELECT count(*), max(abs(got_bh / nullif(bh, 0) - 1)) < 1e-14 AS bh,
       max(abs(got_by / nullif(by, 0) - 1)) < 1e-14 AS by,
       bool_and(got_bh = 0 AND got_by = 0) FILTER (WHERE p = 0) AS zero
FROM (SELECT *, shnor.bh_adjust(p) OVER () AS got_bh, shnor.by_adjust(p) OVER () AS got_by
      FROM reference) AS adjusted;

-- The definition in SQL on random p-values with ties and NULLs, several
-- partitions, one of them empty of p-values; order and frame do not matter.
SELECT setseed(0.20240517);
CREATE TEMP TABLE tested AS
SELECT i AS id, i % 7 AS part,
       CASE WHEN i % 7 = 3 OR random() < 0.1 THEN NULL
            ELSE round((random() ^ 3)::numeric, 2)::double precision END AS p
FROM generate_series(1, 700) AS i;
WITH ranked AS (
    SELECT *, rank() OVER w + count(*) OVER (PARTITION BY part, p) - 1 AS last,
           count(*) OVER (PARTITION BY part) AS m
    FROM tested WHERE p IS NOT NULL
    WINDOW w AS (PARTITION BY part ORDER BY p)
), wanted AS (
    SELECT *, least(1, min(m / last::double precision * p)
                       OVER (PARTITION BY part ORDER BY p DESC)) AS bh,
           least(1, min((SELECT sum(1.0 / i) FROM generate_series(1, m) AS i)::double precision
                        * m / last::double precision * p)
                    OVER (PARTITION BY part ORDER BY p DESC)) AS by,
           (SELECT (count(*) FILTER (WHERE o.p < r.p) + count(*) FILTER (WHERE o.p = r.p) / 2.0) / count(*)
            FROM ranked AS o WHERE o.part = r.part) AS middle
    FROM ranked AS r
), got AS (
    SELECT id, p, shnor.bh_adjust(p) OVER (PARTITION BY part) AS bh,
           shnor.by_adjust(p) OVER (PARTITION BY part ORDER BY id DESC) AS by,
           shnor.mid_percentile(p) OVER (PARTITION BY part ORDER BY id
                                         ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS middle
    FROM tested
)
SELECT count(*), count(w.id) AS tests,
       bool_and(abs(g.bh - w.bh) < 1e-14) AS bh, bool_and(abs(g.by - w.by) < 1e-14) AS by,
       bool_and(abs(g.middle - w.middle) < 1e-14) AS middle,
       bool_and((g.p IS NULL) = (g.bh IS NULL) AND (g.p IS NULL) = (g.by IS NULL)
                AND (g.p IS NULL) = (g.middle IS NULL)) AS nulls
FROM got AS g
LEFT JOIN wanted AS w USING (id);

-- One row, equal rows, nothing but NULL, infinities.
SELECT v, shnor.mid_percentile(v) OVER () AS middle
FROM unnest('{1,1,-Infinity,Infinity,NULL}'::double precision[]) AS v;
SELECT shnor.bh_adjust(0.2) OVER () AS bh, shnor.by_adjust(0.2) OVER () AS by,
       shnor.mid_percentile(7) OVER () AS middle;
SELECT shnor.bh_adjust(NULL) OVER () AS bh, shnor.mid_percentile(NULL) OVER () AS middle
FROM generate_series(1, 2);

SELECT shnor.bh_adjust(p) OVER () FROM unnest('{0.5,1.5}'::double precision[]) AS p;
SELECT shnor.by_adjust(p) OVER () FROM unnest('{NaN}'::double precision[]) AS p;
SELECT shnor.mid_percentile(p) OVER () FROM unnest('{NaN}'::double precision[]) AS p;
