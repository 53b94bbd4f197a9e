-- Heaping at mark boundaries: binomial tails in SQL, lm and glm of R
-- (test/data/marker_reference.R made the rows), published tables.

CREATE FUNCTION pg_temp.rel(got double precision, want double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN CASE WHEN got = want THEN 0 ELSE abs(got - want) / abs(want) END;

CREATE FUNCTION pg_temp.dist(counts bigint[])
RETURNS shnor.score_dist LANGUAGE sql IMMUTABLE
RETURN (SELECT ('{' || string_agg((i - 1) || ':' || c, ',' ORDER BY i) || '}')::shnor.score_dist
        FROM unnest(counts) WITH ORDINALITY AS u (c, i) WHERE c > 0);

-- Senate margins of rddensity: 8 and 12, 17 and 25, 25 and 34, 45 and 47, 66
-- and 65 on either side of the cut.
SELECT below, above, (c).below = below AND (c).above = above AS counts,
       round(least(1, 2 * least((c).p_higher, (c).p_lower))::numeric, 4) AS two_sided
FROM (SELECT below, above, shnor.cut_test(format('{9:%s,10:%s}', below, above)::shnor.score_dist, 10) AS c
      FROM (VALUES (8, 12), (17, 25), (25, 34), (45, 47), (66, 65)) AS v (below, above)) AS x;
-- The matura: everybody at the pass mark, almost nobody below it.
SELECT (c).below, (c).above, (c).p_higher < 1e-300 AS heaped
FROM (SELECT shnor.cut_test('{19:40,20:60,21:12000,22:9000}', 21) AS c) AS x;
-- Width, expected share, sides: as binomial_test of the counts.
SELECT bool_and((c).below = below AND (c).above = above
                AND pg_temp.rel((c).p_higher, shnor.binomial_test(above, below + above, share, 'greater')) < 1e-12
                AND pg_temp.rel((c).p_lower, shnor.binomial_test(above, below + above, share, 'less')) < 1e-12) AS as_binomial
FROM (SELECT cut, width, share, shnor.cut_test(d, cut, width, share) AS c,
             (SELECT coalesce(sum(participants), 0) FROM shnor.scores(d) WHERE score BETWEEN cut - width AND cut - 1)::bigint AS below,
             (SELECT coalesce(sum(participants), 0) FROM shnor.scores(d) WHERE score BETWEEN cut AND cut + width - 1)::bigint AS above
      FROM (SELECT '{0:2,2:7,3:1,4:9,5:3,6:20,7:1,70:4}'::shnor.score_dist AS d) AS v,
           unnest(ARRAY[3, 4, 6, 70]) AS cut, unnest(ARRAY[1, 2, 3]) AS width,
           unnest('{0.5,0.45,0.9}'::double precision[]) AS share) AS x;
-- Nobody near, no room below, nobody at all.
SELECT (shnor.cut_test('{5:3}', 9)).p_higher IS NULL AS nobody_near, (shnor.cut_test('{0:3,1:5}', 1, 2)).p_higher IS NULL AS no_room,
       shnor.cut_test('{}', 5) IS NULL AND shnor.cut_test('{|2:4}', 5) IS NULL AND shnor.cut_test('{5:3}', NULL) IS NULL AS not_evaluated;

-- The polynomial counterfactual: coefficients and standard errors of R.
CREATE TEMP TABLE reference AS
SELECT pg_temp.dist(counts::bigint[]) AS d, degree, width, model, at::int, points, excess, missing, moved, error, p_higher, p_lower
FROM (VALUES
    ('{3,1,4,6,9,12,15,8,31,22,25,12,34,19,18,7,21,9,6,3,1}', 5, 1, 'linear', NULL, 15, 31.099265812043118, 29.698801665273258, 30.39903373865819, 1.1384170099812938, 3.5037146360608513e-10, 0.99999999964962849),
    ('{3,1,4,6,9,12,15,8,31,22,25,12,34,19,18,7,21,9,6,3,1}', 5, 1, 'linear', 12, 15, 12.03336700704337, 10.983355406139335, 11.508361206591353, 0.66070141611440913, 1.5304535042557808e-08, 0.99999998469546503),
    ('{3,1,4,6,9,12,15,8,31,22,25,12,34,19,18,7,21,9,6,3,1}', 5, 1, 'loglinear', NULL, 15, 30.20631049960123, 30.235821408025473, 30.221065953813351, 5.3284932443608399, 0.00015255229702779431, 0.99984744770297218),
    ('{3,1,4,6,9,12,15,8,31,22,25,12,34,19,18,7,21,9,6,3,1}', 5, 1, 'loglinear', 12, 15, 12.756544698401299, 10.688883827769583, 11.722714263085441, 3.3621259614175072, 0.0034328805605251312, 0.99656711943947485),
    ('{3,1,4,6,9,12,15,8,31,22,25,12,34,19,18,7,21,9,6,3,1}', 3, 2, 'linear', NULL, 9, 58.751972117339506, -4.507261109497513, 27.122355503920993, 3.1187135440799443, 0.0001662944950092832, 0.99983370550499073),
    ('{3,1,4,6,9,12,15,8,31,22,25,12,34,19,18,7,21,9,6,3,1}', 3, 2, 'linear', 12, 9, 23.668687053095987, -6.9974255563392891, 8.3356307483783478, 1.811288755578349, 0.0029147492712400685, 0.99708525072875998),
    ('{3,1,4,6,9,12,15,8,31,22,25,12,34,19,18,7,21,9,6,3,1}', 3, 2, 'loglinear', NULL, 9, -72.030368698981334, 129.25622568977866, 28.612928495398659, 10.467809297086884, 0.020556269915210805, 0.97944373008478913),
    ('{3,1,4,6,9,12,15,8,31,22,25,12,34,19,18,7,21,9,6,3,1}', 3, 2, 'loglinear', 12, 9, -50.111797519484995, 62.584004599200625, 6.2361035398578153, 12.326658373351727, 0.31721673787084265, 0.68278326212915741),
    ('{0,2,1,0,3,4,2,5,6,4,7,5,6,4,3,4,3,1,1,0,1}', 5, 1, 'linear', NULL, 15, 3.8044432506326511, -2.1339550526987732, 0.83524409896693896, 1.5260597288455591, 0.29873338174921826, 0.70126661825078174),
    ('{0,2,1,0,3,4,2,5,6,4,7,5,6,4,3,4,3,1,1,0,1}', 5, 1, 'linear', 12, 15, 1.1661153630636596, 0.10799307119900448, 0.63705421713133203, 0.88567705426327015, 0.24510969735824795, 0.75489030264175205),
    ('{0,2,1,0,3,4,2,5,6,4,7,5,6,4,3,4,3,1,1,0,1}', 5, 1, 'loglinear', NULL, 15, 4.0333630958917723, -2.5143927722156523, 0.75948516183806003, 2.3723095133376577, 0.37808265880549624, 0.62191734119450381),
    ('{0,2,1,0,3,4,2,5,6,4,7,5,6,4,3,4,3,1,1,0,1}', 5, 1, 'loglinear', 12, 15, 0.71337948356834069, 0.7351447000420972, 0.72426209180521894, 1.6885903910177347, 0.33903430042250049, 0.66096569957749951),
    ('{0,2,1,0,3,4,2,5,6,4,7,5,6,4,3,4,3,1,1,0,1}', 3, 2, 'linear', NULL, 9, 9.8771194371833477, -9.9492206409139428, -0.036050601865298293, 2.3484344640898316, 0.50582703282058039, 0.49417296717941961),
    ('{0,2,1,0,3,4,2,5,6,4,7,5,6,4,3,4,3,1,1,0,1}', 3, 2, 'linear', 12, 9, 4.964346185112964, -6.1078773433406077, -0.57176557911382186, 1.3639255025820161, 0.65376674936362122, 0.34623325063637878),
    ('{0,2,1,0,3,4,2,5,6,4,7,5,6,4,3,4,3,1,1,0,1}', 3, 2, 'loglinear', NULL, 9, 8.444335241165275, -7.6434274731379892, 0.4004538840136429, 3.306426219417768, 0.45415879266338122, 0.54584120733661878),
    ('{0,2,1,0,3,4,2,5,6,4,7,5,6,4,3,4,3,1,1,0,1}', 3, 2, 'loglinear', 12, 9, 4.9447877936039824, -5.0024285154796271, -0.028820360937822587, 2.1486192766450314, 0.50509164572392173, 0.49490835427607827),
    ('{120,340,700,1200,1900,2600,3300,3500,4700,4600,4800,4400,4900,4000,3500,2500,2400,1500,900,400,150}', 5, 1, 'linear', NULL, 15, 1058.3146106237646, 1015.0973755105229, 1036.7059930671437, 53.801623892670868, 6.3028960175279417e-09, 0.99999999369710402),
    ('{120,340,700,1200,1900,2600,3300,3500,4700,4600,4800,4400,4900,4000,3500,2500,2400,1500,900,400,150}', 5, 1, 'linear', 12, 15, 459.41869393044453, 275.16013243632915, 367.28941318338684, 31.224769819388566, 4.56295542582481e-07, 0.99999954370445743),
    ('{120,340,700,1200,1900,2600,3300,3500,4700,4600,4800,4400,4900,4000,3500,2500,2400,1500,900,400,150}', 5, 1, 'loglinear', NULL, 15, 1027.0620493406805, 1069.7558671833995, 1048.40895826204, 75.07011164795459, 1.0473589482213339e-07, 0.99999989526410515),
    ('{120,340,700,1200,1900,2600,3300,3500,4700,4600,4800,4400,4900,4000,3500,2500,2400,1500,900,400,150}', 5, 1, 'loglinear', 12, 15, 501.85502759801784, 222.38702653626842, 362.12102706714313, 48.241493366808022, 1.8339747514046605e-05, 0.99998166025248603),
    ('{120,340,700,1200,1900,2600,3300,3500,4700,4600,4800,4400,4900,4000,3500,2500,2400,1500,900,400,150}', 3, 2, 'linear', NULL, 9, 7944.1400006454305, -6681.3655726595025, 631.38721399296423, 547.54568284750883, 0.15049417189160291, 0.84950582810839714),
    ('{120,340,700,1200,1900,2600,3300,3500,4700,4600,4800,4400,4900,4000,3500,2500,2400,1500,900,400,150}', 3, 2, 'linear', 12, 9, 3590.865673930849, -3467.9021860165631, 61.481743957142953, 318.00398609540878, 0.42715199461456665, 0.57284800538543335),
    ('{120,340,700,1200,1900,2600,3300,3500,4700,4600,4800,4400,4900,4000,3500,2500,2400,1500,900,400,150}', 3, 2, 'loglinear', NULL, 9, -13161.114872172504, 15501.782783627907, 1170.3339557277009, 482.74564989142351, 0.029898657032155832, 0.97010134296784423),
    ('{120,340,700,1200,1900,2600,3300,3500,4700,4600,4800,4400,4900,4000,3500,2500,2400,1500,900,400,150}', 3, 2, 'loglinear', 12, 9, -6895.054503304219, 8923.5066943715774, 1014.2260955336792, 403.37846744899315, 0.026772056556839424, 0.97322794344316055)
) AS r (counts, degree, width, model, at, points, excess, missing, moved, error, p_higher, p_lower);
SELECT model, width, count(*), count(at) AS at_one, bool_and((g).points = r.points) AS points,
       max(abs((g).excess - r.excess) / (g).standard_error) < 1e-8 AS excess,
       max(abs((g).missing - r.missing) / (g).standard_error) < 1e-8 AS missing,
       max(pg_temp.rel((g).standard_error, r.error)) < 1e-8 AS error,
       max(pg_temp.rel((g).p_higher, r.p_higher)) < 1e-6 AS p_higher,
       max(pg_temp.rel((g).p_lower, r.p_lower)) < 1e-6 AS p_lower
FROM (SELECT *, CASE WHEN at IS NULL THEN shnor.excess_mass(d, '{8,12,16}', 20, degree, width, model)
                     ELSE shnor.excess_mass_at(d, '{8,12,16}', 20, at, degree, width, model) END AS g
      FROM reference) AS r
GROUP BY model, width ORDER BY model, width;
-- The boundaries' excesses add up; NULL cuts and their order do not matter.
SELECT pg_temp.rel((shnor.excess_mass(d, '{16,NULL,8,12}', 20)).moved,
                   (SELECT sum((shnor.excess_mass_at(d, '{8,12,16}', 20, cut)).moved)
                    FROM unnest(ARRAY[8, 12, 16]) AS cut)) < 1e-12 AS adds_up
FROM reference WHERE at IS NULL AND model = 'linear' AND width = 1 LIMIT 1;
-- Moving 12 participants over the boundary of 12 moves the statistic by 12.
SELECT round(((shnor.excess_mass_at(moved, '{8,12,16}', 20, 12)).moved
              - (shnor.excess_mass_at(d, '{8,12,16}', 20, 12)).moved)::numeric, 9) AS moved
FROM (SELECT d, (d OPERATOR(shnor.-) '{11:12}') OPERATOR(shnor.+) '{12:12}' AS moved
      FROM reference WHERE at IS NULL LIMIT 1) AS x;

-- Honest schools, seed 0.3: no more alarms than stated.
SELECT setseed(0.3);
CREATE TEMP TABLE honest AS
SELECT n, i, shnor.score_dist(least(24, greatest(0, round(13 + 4.2 * shnor.normal_quantile(random() + 1e-17))))::int) AS d
FROM unnest(ARRAY[25, 100]) AS n, generate_series(1, 400) AS i, generate_series(1, n)
GROUP BY n, i;
SELECT n, count((e).p_higher) > 390 AS evaluated, avg(((e).p_higher < 0.05)::int) BETWEEN 0.005 AND 0.07 AS excess_mass,
       avg(((c).p_higher < 0.05)::int) BETWEEN 0.001 AND 0.07 AS cut_test
FROM (SELECT n, shnor.excess_mass(d, '{9,14,19}', 24) AS e, shnor.cut_test(d, 14) AS c FROM honest) AS x
GROUP BY n ORDER BY n;
-- Half of those just below lifted over each boundary: found in most schools of 100.
SELECT avg(((shnor.excess_mass(lifted, '{9,14,19}', 24)).p_higher < 0.05)::int) > 0.3 AS found
FROM (SELECT shnor.score_dist(CASE WHEN score + 1 IN (9, 14, 19) AND p % 2 = 0 THEN score + 1 ELSE score END) AS lifted
      FROM honest AS h, shnor.scores(h.d), generate_series(1, participants) AS p
      WHERE n = 100 GROUP BY i) AS x;

-- Not evaluated: no official cuts, no scores, cuts too close, too few scores.
SELECT shnor.excess_mass('{5:9}', NULL, 20) IS NULL AS no_cuts, shnor.excess_mass('{5:9}', '{}', 20) IS NULL AS empty,
       shnor.excess_mass('{5:9}', '{NULL,NULL}', 20) IS NULL AS nulls, shnor.excess_mass('{}', '{8}', 20) IS NULL AS no_scores,
       shnor.excess_mass('{5:9,8:3}', '{8,9}', 20) IS NULL AS too_close, shnor.excess_mass('{1:9,2:3}', '{2}', 6) IS NULL AS too_few,
       shnor.excess_mass('{8:9}', '{8}', 20) IS NULL AS nobody_elsewhere,
       -- nobody is expected near the boundary, so one participant is no evidence
       (shnor.excess_mass('{5:9,8:1}', '{8}', 20)).p_higher IS NULL AS nobody_expected;
-- On the polynomial there is no variance to compare with.
SELECT (e).moved, (e).standard_error, (e).t, (e).df, (e).p_higher
FROM (SELECT shnor.excess_mass(pg_temp.dist('{5,5,5,5,1,9,5,5,5,5,5}'), '{5}', 10, 0, 1, 'linear') AS e) AS x;

-- Property: numbers and NULL from hostile histograms, both models.
SELECT count(*), count(e) > 1000 AS some, bool_and(NOT coalesce(e::text, '') ~ 'NaN|Inf') AS finite
FROM (SELECT shnor.excess_mass(d, cuts::int[], top, degree, width, model) AS e
      FROM (SELECT shnor.score_dist((k * 7919 + i * 31) % (1 + (i % 30))) AS d, 1 + (i % 30) AS top
            FROM generate_series(1, 60) AS i, generate_series(1, 1 + i % 7) AS k GROUP BY i
            UNION ALL SELECT ('{0:1,' || top || ':999999999999}')::shnor.score_dist, top FROM unnest(ARRAY[1, 7, 30, 1000]) AS top) AS h,
           unnest(ARRAY['{1}', '{1,5}', '{4,9,20}']) AS cuts, unnest(ARRAY[0, 1, 5, 12]) AS degree,
           unnest(ARRAY[1, 2]) AS width, unnest(ARRAY['linear', 'loglinear']) AS model
      WHERE top >= (SELECT max(c) FROM unnest(cuts::int[]) AS c)) AS x;

SELECT shnor.cut_test('{5:3}', 0);
SELECT shnor.cut_test('{5:3}', 5, 0);
SELECT shnor.cut_test('{5:3}', 5, 1, 1);
SELECT shnor.cut_test('{5:3}', 5, 1, 'NaN');
SELECT shnor.excess_mass('{5:9}', '{8}', 4);
SELECT shnor.excess_mass('{5:9}', '{21}', 20);
SELECT shnor.excess_mass('{5:9}', '{8}', 1001);
SELECT shnor.excess_mass('{5:9}', '{8}', 2147483647);
SELECT shnor.excess_mass('{5:9}', '{8}', 20, 13);
SELECT shnor.excess_mass('{5:9}', '{8}', 20, 4, 1, 'cubic');
SELECT shnor.excess_mass_at('{5:9}', '{8}', 20, 9);
