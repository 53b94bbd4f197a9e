-- The exact binomial test, against published p-values, R
-- (test/data/special_functions.R made the rows) and exact arithmetic.

-- Counts left and right of a cut, US Senate margins (R package rddensity).
SELECT l AS left, r AS right,
       round(shnor.binomial_test(l, l + r)::numeric, 4) AS p
FROM (VALUES (8, 12), (17, 25), (25, 34), (45, 47), (66, 65)) AS heap (l, r);

CREATE FUNCTION pg_temp.rel(got double precision, want double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN CASE WHEN got = want THEN 0 ELSE abs(got - want) / abs(want) END;

-- R's binom.test; what R gives as 0 is below 1e-300.
WITH reference (k, n, p, two_sided, less, greater) AS (VALUES
    (0, 5, 0.001, 1, 0.99500999000499901, 1),
    (0, 60, 0.001, 1, 0.9417362622231682, 1),
    (1, 17, 0.001, 0.016864677626175648, 0.99986535288469025, 0.016864677626175648),
    (3, 3, 0.001, 1.0000000000000019e-09, 1, 1.0000000000000019e-09),
    (7, 20, 0.001, 7.66428973957096e-17, 1, 7.66428973957096e-17),
    (10, 20, 0.001, 1.830833113232828e-25, 1, 1.830833113232828e-25),
    (20, 20, 0.001, 9.9999999999999721e-61, 1, 9.9999999999999721e-61),
    (33, 71, 0.001, 1.8048116952450076e-79, 1, 1.8048116952450076e-79),
    (40, 41, 0.001, 4.096000000000107e-119, 1, 4.096000000000107e-119),
    (55, 99, 0.001, 2.6481755701918258e-137, 1, 2.6481755701918258e-137),
    (98, 100, 0.001, 4.9402048510004818e-291, 1, 4.9402048510004818e-291),
    (100, 100, 0.001, 1.0000000000000045e-300, 1, 1.0000000000000045e-300),
    (431, 1000, 0.001, 0, 1, 0),
    (520, 1000, 0.001, 0, 1, 0),
    (5100, 10000, 0.001, 0, 1, 0),
    (999000, 1000000, 0.001, 0, 1, 0),
    (501500, 1000000, 0.001, 0, 1, 0),
    (0, 5, 0.11888, 1, 0.53109877008745554, 1),
    (0, 60, 0.11888, 0.00096479428356280946, 0.00050362067205411514, 1),
    (1, 17, 0.11888, 0.71207300262326934, 0.38306310658983245, 0.88369563744678525),
    (3, 3, 0.11888, 0.0016800661790720014, 1, 0.0016800661790720014),
    (7, 20, 0.11888, 0.0063509165432437988, 0.99866824423647982, 0.0063509165432437988),
    (10, 20, 0.11888, 3.3379515961556927e-05, 0.99999599949062978, 3.3379515961556927e-05),
    (20, 20, 0.11888, 3.1781612511028533e-19, 1, 3.1781612511028533e-19),
    (33, 71, 0.11888, 5.4031547296516717e-13, 0.99999999999991929, 5.4031547296516717e-13),
    (40, 41, 0.11888, 3.6609817531644608e-36, 1, 3.6609817531644608e-36),
    (55, 99, 0.11888, 1.5946903434665466e-25, 1, 1.5946903434665466e-25),
    (98, 100, 0.11888, 8.8414008096415889e-88, 1, 8.8414008096415889e-88),
    (100, 100, 0.11888, 3.2424974383255533e-93, 1, 3.2424974383255533e-93),
    (431, 1000, 0.11888, 2.9454494283513796e-135, 1, 2.9454494283513796e-135),
    (520, 1000, 0.11888, 6.5412310270153536e-209, 1, 6.5412310270153536e-209),
    (5100, 10000, 0.11888, 0, 1, 0),
    (999000, 1000000, 0.11888, 1.9762625833649862e-323, 1, 0),
    (501500, 1000000, 0.11888, 1.9762625833649862e-323, 1, 0),
    (0, 5, 0.29999999999999999, 0.33114999999999983, 0.16806999999999991, 1),
    (0, 60, 0.29999999999999999, 7.0817389198578531e-10, 5.0802186073962156e-10, 1),
    (1, 17, 0.29999999999999999, 0.031967824452645857, 0.019275099730368568, 0.99767369486012791),
    (3, 3, 0.29999999999999999, 0.026999999999999993, 1, 0.026999999999999993),
    (7, 20, 0.29999999999999999, 0.62949796667667735, 0.77227179741816054, 0.39199018779907585),
    (10, 20, 0.29999999999999999, 0.083445029629812109, 0.98285518356874157, 0.047961897331343435),
    (20, 20, 0.29999999999999999, 3.4867844009999923e-11, 1, 3.4867844009999923e-11),
    (33, 71, 0.29999999999999999, 0.0040038883791710788, 0.99885154330692139, 0.0025011026972999359),
    (40, 41, 0.29999999999999999, 3.5257229831265057e-20, 1, 3.5257229831265057e-20),
    (55, 99, 0.29999999999999999, 1.3214177723347887e-07, 0.99999996361705834, 1.1012349061548552e-07),
    (98, 100, 0.29999999999999999, 1.4010194316085781e-48, 1, 1.4010194316085781e-48),
    (100, 100, 0.29999999999999999, 5.1537752073199914e-53, 1, 5.1537752073199914e-53),
    (431, 1000, 0.29999999999999999, 2.057367608704334e-18, 1, 1.3982729668823926e-18),
    (520, 1000, 0.29999999999999999, 1.7209709723518089e-47, 1, 1.1276165463463255e-47),
    (5100, 10000, 0.29999999999999999, 4.9406564584124654e-324, 1, 0),
    (999000, 1000000, 0.29999999999999999, 2.9643938750474793e-323, 1, 0),
    (501500, 1000000, 0.29999999999999999, 2.9643938750474793e-323, 1, 0),
    (0, 5, 0.5, 0.0625, 0.03125, 1),
    (0, 60, 0.5, 1.7347234759768052e-18, 8.6736173798840258e-19, 1),
    (1, 17, 0.5, 0.00027465820312500016, 0.00013732910156250008, 0.99999237060546875),
    (3, 3, 0.5, 0.25000000000000006, 1, 0.12500000000000003),
    (7, 20, 0.5, 0.26317596435546875, 0.13158798217773438, 0.94234085083007812),
    (10, 20, 0.5, 1, 0.58809852600097634, 0.58809852600097634),
    (20, 20, 0.5, 1.9073486328124989e-06, 1, 9.5367431640624947e-07),
    (33, 71, 0.5, 0.63530764208766732, 0.31765382104383366, 0.76165610328286126),
    (40, 41, 0.5, 3.8198777474463096e-11, 0.99999999999954525, 1.9099388737231548e-11),
    (55, 99, 0.5, 0.31487989103762248, 0.88618692144497646, 0.15743994551881124),
    (98, 100, 0.5, 7.9690728645427072e-27, 1, 3.9845364322713536e-27),
    (100, 100, 0.5, 1.5777218104420133e-30, 1, 7.8886090522100664e-31),
    (431, 1000, 0.5, 1.4327626572810628e-05, 7.1638132864053138e-06, 0.99999464513116754),
    (520, 1000, 0.5, 0.21744829320414144, 0.90261683576911711, 0.10872414660207072),
    (5100, 10000, 0.5, 0.046585527704947359, 0.9777871004769596, 0.02329276385247368),
    (999000, 1000000, 0.5, 2.9643938750474793e-323, 1, 0),
    (501500, 1000000, 0.5, 0.0027086553060597534, 0.99865453602163479, 0.0013543276530298767),
    (0, 5, 0.75, 0.00097656250000000022, 0.00097656250000000022, 1),
    (0, 60, 0.75, 7.5231638452626985e-37, 7.5231638452626985e-37, 1),
    (1, 17, 0.75, 3.0267983675003056e-09, 3.0267983675003056e-09, 0.99999999994179234),
    (3, 3, 0.75, 1, 1, 0.42187500000000017),
    (7, 20, 0.75, 0.00018370405814494039, 0.00018370405814494039, 0.99997048825389356),
    (10, 20, 0.75, 0.017035628882695164, 0.013864416943761169, 0.99605785833591653),
    (20, 20, 0.75, 0.0071133536030174582, 1, 0.0031712119389339967),
    (33, 71, 0.75, 2.9127991668684521e-07, 2.5805528572129262e-07, 0.99999992866833032),
    (40, 41, 0.75, 0.00019081532701791697, 0.99999245756112876, 0.00011062243677801279),
    (55, 99, 0.75, 3.480210721149303e-05, 1.9927087259891676e-05, 0.99999208043676802),
    (98, 100, 0.75, 3.4093878382640197e-10, 0.99999999998898859, 1.874075143657931e-10),
    (100, 100, 0.75, 4.534036859740237e-13, 1, 3.2072021853815088e-13),
    (431, 1000, 0.75, 1.0947831982914091e-101, 9.8314218419139917e-102, 1),
    (520, 1000, 0.75, 2.4369244245533539e-55, 2.0952072145989817e-55, 1),
    (5100, 10000, 0.75, 4.9406564584124654e-324, 0, 1),
    (999000, 1000000, 0.75, 2.9643938750474793e-323, 1, 0),
    (501500, 1000000, 0.75, 2.4703282292062327e-323, 0, 1),
    (0, 5, 0.999, 1.0000000000000111e-15, 1.0000000000000111e-15, 1),
    (0, 60, 0.999, 1.000000000000061e-180, 1.000000000000061e-180, 1),
    (1, 17, 0.999, 1.6984000000000239e-47, 1.6984000000000239e-47, 1),
    (3, 3, 0.999, 1, 1, 0.997002999),
    (7, 20, 0.999, 7.7017528661599752e-35, 7.7017528661599752e-35, 1),
    (10, 20, 0.999, 1.8308331132328544e-25, 1.8308331132328544e-25, 1),
    (20, 20, 0.999, 1, 1, 0.98018886482953471),
    (33, 71, 0.999, 1.8133695789581861e-94, 1.8133695789581861e-94, 1),
    (40, 41, 0.999, 0.040190559474924045, 0.040190559474924045, 0.99920101916524429),
    (55, 99, 0.999, 2.6203366057554617e-104, 2.6203366057554617e-104, 1),
    (98, 100, 0.999, 0.0046380683904241925, 0.0046380683904241925, 0.99984962363414587),
    (100, 100, 0.999, 1, 1, 0.90479214711370892),
    (431, 1000, 0.999, 0, 0, 1),
    (520, 1000, 0.999, 0, 0, 1),
    (5100, 10000, 0.999, 0, 0, 1),
    (999000, 1000000, 0.999, 1, 0.50421155516700322, 0.50840936822076466),
    (501500, 1000000, 0.999, 0, 0, 1)
)
SELECT count(*), count(*) FILTER (WHERE two_sided BETWEEN 1e-300 AND 1e-12) > 10 AS far,
       bool_and(CASE WHEN two_sided > 1e-300
                     THEN pg_temp.rel(shnor.binomial_test(k, n, p), two_sided) < 1e-9
                     ELSE shnor.binomial_test(k, n, p) <= 1e-300 END) AS two_sided,
       bool_and(CASE WHEN less > 1e-300
                     THEN pg_temp.rel(shnor.binomial_test(k, n, p, 'less'), less) < 1e-9
                     ELSE shnor.binomial_test(k, n, p, 'less') <= 1e-300 END) AS less,
       bool_and(CASE WHEN greater > 1e-300
                     THEN pg_temp.rel(shnor.binomial_test(k, n, p, 'greater'), greater) < 1e-9
                     ELSE shnor.binomial_test(k, n, p, 'greater') <= 1e-300 END) AS greater
FROM reference;

-- The definition itself, in whole numbers, for every k of every n to 24: the
-- probabilities of percent / 100, times 100^n.
WITH outcome AS (
    SELECT n, percent, i, factorial(n) / (factorial(i) * factorial(n - i))
           * power(percent::numeric, i) * power(100 - percent::numeric, n - i) AS mass
    FROM generate_series(1, 24) AS n, generate_series(0, n) AS i,
         unnest(ARRAY[50, 25, 30, 90, 1]) AS percent
), defined AS (
    SELECT a.n, a.percent / 100.0 AS p, a.i AS k,
           sum(b.mass) FILTER (WHERE b.mass <= a.mass * 1.0000001) / power(100::numeric, a.n) AS two_sided,
           sum(b.mass) FILTER (WHERE b.i <= a.i) / power(100::numeric, a.n) AS less,
           sum(b.mass) FILTER (WHERE b.i >= a.i) / power(100::numeric, a.n) AS greater
    FROM outcome AS a JOIN outcome AS b USING (n, percent)
    GROUP BY a.n, a.percent, a.i, a.mass
)
SELECT count(*),
       max(pg_temp.rel(shnor.binomial_test(k, n, p::double precision), two_sided::double precision)) < 1e-10 AS two_sided,
       max(pg_temp.rel(shnor.binomial_test(k, n, p::double precision, 'less'), less::double precision)) < 1e-10 AS less,
       max(pg_temp.rel(shnor.binomial_test(k, n, p::double precision, 'greater'), greater::double precision)) < 1e-10 AS greater
FROM defined;

-- Ends, defaults, no trials, NULL.
SELECT shnor.binomial_test(0, 10, 0) AS a, shnor.binomial_test(1, 10, 0) AS b,
       shnor.binomial_test(1, 10, 0, 'less') AS c, shnor.binomial_test(1, 10, 0, 'greater') AS d,
       shnor.binomial_test(10, 10, 1) AS e, shnor.binomial_test(9, 10, 1) AS f,
       shnor.binomial_test(9, 10, 1, 'less') AS g, shnor.binomial_test(9, 10, 1, 'greater') AS h,
       shnor.binomial_test(0, 10, 0.5, 'greater') AS i, shnor.binomial_test(10, 10, 0.5, 'less') AS j;
SELECT shnor.binomial_test(8, 20) = shnor.binomial_test(k => 8, n => 20, p => 0.5, alternative => 'two_sided') AS defaults,
       shnor.binomial_test(0, 0) IS NULL AS no_trials,
       shnor.binomial_test(NULL, 5) IS NULL AND shnor.binomial_test(1, 5, NULL) IS NULL
           AND shnor.binomial_test(1, 5, 0.5, NULL) IS NULL AS null_in_null_out;

-- The search does not walk through n: 10^9 and 10^12 trials, and bigint's end.
-- At p = 1/2 the test doubles a tail; pbinom of R gives the tails.  (Nearer the
-- middle, neighbours within the tolerance of ties would count as well.)
SET statement_timeout = '20s';
WITH reference (k, n, tail) AS (VALUES
    (499950000, 1000000000, 0.00078278613054190297),
    (499800000, 1000000000, 5.6596842737766623e-37),
    (499700000, 1000000000, 1.4086742319925587e-80),
    (499999000000, 1000000000000, 0.022750185939172708),
    (499997000000, 1000000000000, 9.865937208324504e-10)
)
SELECT n, count(*),
       max(pg_temp.rel(shnor.binomial_test(k, n), 2 * tail)) < 1e-8 AS low_side,
       max(pg_temp.rel(shnor.binomial_test(n - k, n), 2 * tail)) < 1e-8 AS high_side
FROM reference GROUP BY n ORDER BY n;
SELECT bool_and(shnor.binomial_test(k, 9223372036854775807, p, a) BETWEEN 0 AND 1) AS in_range
FROM unnest(ARRAY[0, 1, 4611686018427387903, 9223372036854775806, 9223372036854775807]) AS k,
     unnest(ARRAY[1e-300, 1e-19, 0.3, 0.5, 1 - 1e-16]) AS p,
     unnest(ARRAY['less', 'greater', 'two_sided']) AS a;
RESET statement_timeout;

-- Properties on random counts, seed 0.1.
SELECT setseed(0.1);
CREATE TEMP TABLE random_test AS
SELECT k, n, p, shnor.binomial_test(k, n, p) AS two_sided,
       shnor.binomial_test(k, n, p, 'less') AS less,
       shnor.binomial_test(k, n, p, 'greater') AS greater
FROM (
    SELECT n, p, CASE WHEN random() < 0.3 THEN floor(random() * (n + 1))
                      ELSE least(n, greatest(0, round(n * p + (random() - 0.5) * 12 * sqrt(n * p * (1 - p))))) END::bigint AS k
    FROM (
        SELECT floor(power(10, random() * CASE WHEN i % 2 = 0 THEN 2 ELSE 9 END))::bigint AS n,
               floor(1 + random() * 1023) / 1024 AS p
        FROM generate_series(1, 4000) AS i
    ) AS size
) AS argument;
SELECT count(*), count(*) FILTER (WHERE two_sided BETWEEN 0.001 AND 0.999) > 1000 AS telling,
       bool_and(two_sided BETWEEN 0 AND 1 AND less BETWEEN 0 AND 1 AND greater BETWEEN 0 AND 1) AS in_range,
       bool_and(two_sided >= least(less, greater)) AS two_sided_not_below_its_tail,
       bool_and(less + greater >= 1 - 1e-12) AS tails_share_the_outcome,
       max(abs(shnor.binomial_test(n - k, n, 1 - p) - two_sided)) < 1e-7 AS mirror,
       max(abs(shnor.binomial_test(n - k, n, 1 - p, 'less') - greater)) < 1e-12 AS tail_mirror,
       bool_and(k = n OR shnor.binomial_test(k + (k < n)::int, n, p, 'less') >= less) AS grows_with_k
FROM random_test;

-- Impossible arguments.
SELECT shnor.binomial_test(6, 5);
SELECT shnor.binomial_test(-1, 5);
SELECT shnor.binomial_test(0, -5);
SELECT shnor.binomial_test(1, 5, 1.5);
SELECT shnor.binomial_test(1, 5, 'NaN');
SELECT shnor.binomial_test(1, 5, 0.5, 'two.sided');
SELECT shnor.binomial_test(0, 0, 0.5, '');

-- Declaration.
SELECT provolatile, proisstrict, proparallel, pg_get_function_arguments(oid)
FROM pg_proc WHERE oid = 'shnor.binomial_test'::regproc;
