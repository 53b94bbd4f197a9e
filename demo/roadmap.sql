-- roadmap.sql: a made-up roadmap of the demo region for 2023, the plans of its
-- municipalities and some listed schools, and how it went until 15 October,
-- written into the warehouse that search_path names.  Who did what and when
-- comes from hashes, so each run gives the same.
SELECT $$Принятые сокращения:

ДО – департамент образования;
ЦОКО – центр оценки качества образования;
ИРО – институт развития образования;
УО – управление образования;
ТМС – территориальная методическая служба.

| № | Наименование мероприятия | Форма реализации | Сроки выполнения | Ответственные |
|---|---|---|---|---|
| РЕГИОНАЛЬНЫЙ УРОВЕНЬ | | | | |
| I. Организация работы и мониторинг | | | | |
| 1 | Определение координаторов | приказ | до 30 января 2023 г. | ДО |
| 2 | Совещания с муниципалитетами | протокол | ежемесячно | ДО ЦОКО |
| 3 | Мониторинг динамики результатов школ списка | справка | февраль, июнь 2023 г. | ЦОКО |
| 4 | Адресные рекомендации по итогам мониторинга | рекомендации | апрель-май 2023 г. | ЦОКО ИРО |
| 5 | Диагностика профессиональных дефицитов учителей | справка | апрель, ноябрь 2023 г. | ИРО |
| 6 | Стажировки управленческих команд | приказ | ежеквартально | ИРО |
| II. Профилактика неуспешности | | | | |
| 1 | Конструктор муниципальной дорожной карты | рекомендации | февраль-март 2023 г. | ИРО |
| 2 | Аудит муниципальных дорожных карт | аудит | апрель 2023 г. | ИРО ДО |
| 3 | Вебинары по профилактике неуспешности | вебинар | март, сентябрь 2023 г. | ИРО |
| 4 | Сопровождение наставников | план | по отдельному плану | ИРО ТМС |
| МУНИЦИПАЛЬНЫЙ УРОВЕНЬ | | | | |
| III. Помощь школам | | | | |
| 1 | Муниципальная дорожная карта | приказ | до 1 апреля 2023 г. | УО |
| 2 | Собеседования с администрациями школ | протокол | январь-апрель 2023 г. | УО, ТМС |
| 3 | Круглые столы по рисковым профилям | протокол | не реже одного раза в четверть | УО, ТМС |
| 4 | Отчёт о профилактике неуспешности | отчёт | октябрь 2023 г. | ТМС |
| УРОВЕНЬ ОБРАЗОВАТЕЛЬНОЙ ОРГАНИЗАЦИИ | | | | |
| IV. Работа школы | | | | |
| 1 | Программа перехода в эффективный режим | программа | февраль | руководство |
| 2 | Анализ результатов четверти | справка | в конце четверти | руководство |
| 3 | Реализация антирисковых программ | отчёт | март-ноябрь | руководство |
$$ AS document \gset
SELECT roadmap_id AS region_plan, events, occurrences, to_review
FROM import_roadmap(:'document', 'Дорожная карта региона, 2023', 'region',
                    (SELECT min(region_id) FROM region),
                    '2023-01-01', '2023-12-31', '681', '2023-03-06')
\gset
SELECT add_body_alias(:region_plan, 'руководство', 'руководство школы', 'school')
\g /dev/null

-- Forty of the municipalities, and the listed schools but every seventh.
SELECT count(derive_roadmap(:region_plan, 'municipality', municipality_id))
           AS municipal_plans
FROM (SELECT municipality_id FROM municipality
      ORDER BY municipality_id LIMIT 40) AS m
\gset
SELECT count(derive_roadmap(:region_plan, 'school', school_id)) AS school_plans
FROM shnor_list
WHERE school_id % 7 > 0
\gset

-- Until 15 October: three deadlines in four are met, by up to forty days
-- before the last day and a fortnight after it.
SELECT count(mark_done(o.roadmap_occurrence_id, d.done_on)) AS marks
FROM (SELECT roadmap_occurrence_id, due_on,
             abs(hashint8(roadmap_occurrence_id)::bigint) AS h
      FROM roadmap_occurrence WHERE due_on IS NOT NULL) AS o
CROSS JOIN LATERAL (
    SELECT o.due_on - 40 + (o.h / 8 % 55)::integer AS done_on) AS d
WHERE o.h % 4 > 0 AND d.done_on <= DATE '2023-10-15'
\gset

-- What two measures are for: a reported indicator of the municipalities, with
-- a target, and the failures in mathematics of ВПР 5.
INSERT INTO indicator (code, name, unit, direction, numerator, denominator)
VALUES ('iom', 'Доля неуспевающих с индивидуальным маршрутом', 'share', 'up',
        'обучающиеся с маршрутом', 'неуспевающие обучающиеся');
INSERT INTO indicator_target (indicator_id, due_on, value, source)
SELECT indicator_id, '2023-12-31', 0.8, 'дорожная карта региона'
FROM indicator WHERE code = 'iom';
INSERT INTO roadmap_effect (roadmap_event_id, indicator_id)
SELECT e.roadmap_event_id, i.indicator_id
FROM roadmap_event AS e
JOIN roadmap_section AS s USING (roadmap_section_id)
JOIN roadmap AS r USING (roadmap_id)
JOIN indicator AS i
  ON i.code = CASE e.title WHEN 'Круглые столы по рисковым профилям' THEN 'iom'
                           WHEN 'Отчёт о профилактике неуспешности' THEN 'failed_vpr_math_5' END
WHERE r.level = 'municipality';
SELECT string_agg(format('iom;%s;%s;%s;%s', m.code, v.day,
                         30 + m.h % 20 + v.share * (m.h / 20 % 25), 60 + m.h % 20), E'\n')
           AS reports
FROM (SELECT code, abs(hashint4(municipality_id)) AS h
      FROM municipality ORDER BY municipality_id LIMIT 40) AS m
CROSS JOIN (VALUES ('30.12.2022', 0), ('30.09.2023', 1)) AS v (day, share)
\gset
SELECT rows_stored AS reported
FROM import_indicator_values(E'показатель;муниципалитет;дата;числитель;знаменатель\n'
                             || :'reports', 'отчёты муниципалитетов')
\gset
