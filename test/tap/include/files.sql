-- The schools, years and administrations that the files of test/data speak of,
-- for a warehouse that search_path names; see test/data/README.md.
INSERT INTO region (code, name) VALUES ('99', 'Пример-область');
INSERT INTO municipality (region_id, code, name)
SELECT region_id, v.code, v.name
FROM region, (VALUES ('01', 'Первый район'), ('02', 'Второй район')) AS v (code, name);
INSERT INTO school (municipality_id, name)
SELECT m.municipality_id, v.name
FROM (VALUES (1, '01', 'Школа № 1 (пример)'), (2, '01', 'Школа № 2 (пример)'),
             (3, '02', 'Школа № 3 «Пример; с "кавычками"»')) AS v (place, code, name)
JOIN municipality AS m USING (code)
ORDER BY v.place;
INSERT INTO school_code (school_id, kind, code)
SELECT s.school_id, k.kind, k.prefix || s.school_id
FROM school AS s, (VALUES ('fis_oko', 'edu99000'), ('ris_gia', '99000')) AS k (kind, prefix);
SELECT open_year(y) FROM generate_series(2025, 2026) AS y;
SELECT open_administration(2026, 'vpr', 'rus', 4);
SELECT open_administration(y, 'vpr', 'math', 5, max_score => 20, cut_3 => 7, cut_4 => 11, cut_5 => 15)
FROM generate_series(2025, 2026) AS y;
SELECT open_administration(2026, 'vpr', 'rus', 5, max_score => 30, cut_3 => 12, cut_4 => 19, cut_5 => 25);
SELECT open_administration(2025, 'oge', 'rus', 9, max_score => 37, cut_3 => 15, cut_4 => 26, cut_5 => 33);
SELECT open_administration(y, 'oge', 'math', 9) FROM generate_series(2025, 2026) AS y;
SELECT open_administration(2025, 'gve', 'rus', 9, max_score => 17);
SELECT open_administration(2025, 'gve', 'math', 9, max_score => 14);
SELECT open_administration(2025, 'ege', 'rus', 11);
SELECT open_administration(2025, 'ege', 'math', 11, 'profile');
SELECT open_administration(2025, 'ege', 'math', 11, 'base', max_score => 21);
