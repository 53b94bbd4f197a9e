-- Reports for those who take them into a spreadsheet: titles of columns in
-- Russian, words in place of codes, shares in percent, all years in one.

CREATE VIEW report_school WITH (security_invoker = true) AS
SELECT o.academic_year AS "Год результатов", y.list_year AS "Год списка",
       s.municipality AS "Муниципалитет", s.name AS "Организация",
       s.fis_oko_code AS "Логин ФИС ОКО", s.ris_gia_code AS "Код РИС ГИА", o.school_type AS "Тип организации",
       CASE WHEN o.data_status = 'no_data' THEN 'нет данных'
            WHEN o.data_status = 'excluded' THEN 'исключена из оценки'
            WHEN o.in_list THEN 'в списке ШНОР'
            WHEN o.in_risk_zone THEN 'в зоне риска'
            ELSE 'вне списка' END AS "Положение",
       coalesce(o.exclusion_reason, o.risk_reason, o.branch) AS "Основание", o.dynamics_text AS "Динамика",
       o.low_assessment_count AS "Низких результатов", o.low_assessment_before_count AS "Низких годом раньше",
       o.worst_assessment AS "Худшая процедура", o.worst_participants AS "Участников",
       o.worst_failed AS "Не справились", round(100 * o.worst_fail_share::numeric, 1) AS "Доля, %",
       round(100 * o.worst_share_low::numeric, 1) AS "Доля не ниже, %",
       round(100 * o.worst_share_high::numeric, 1) AS "Доля не выше, %",
       CASE o.worst_band WHEN 'none' THEN 'до 30 %' WHEN 'basic' THEN 'базово неуспевающие'
                         WHEN 'moderate' THEN 'умеренно неуспевающие'
                         WHEN 'severe' THEN 'сильно неуспевающие' END AS "Группа",
       o.worst_pupils_from_threshold AS "До порога, чел."
FROM fact_school_outcome AS o
JOIN dim_school AS s ON s.id = o.dim_school_id
JOIN dim_year AS y ON y.id = o.dim_year_id;
COMMENT ON VIEW report_school IS 'Отчёт: положение организаций по годам — список ШНОР, зона риска, остальные';
COMMENT ON COLUMN report_school."Год списка" IS 'Год, которым называют список';
COMMENT ON COLUMN report_school."Тип организации" IS 'Тип организации в этом году';
COMMENT ON COLUMN report_school."Положение" IS 'В списке ШНОР, в зоне риска, вне списка, нет данных, исключена из оценки';
COMMENT ON COLUMN report_school."Основание" IS 'Выполненное условие правила, причина зоны риска или исключения';
COMMENT ON COLUMN report_school."Динамика" IS 'Относительно предыдущего списка';
COMMENT ON COLUMN report_school."Низких результатов" IS 'Процедур с низкими результатами в этом году';
COMMENT ON COLUMN report_school."Низких годом раньше" IS 'Процедур с низкими результатами годом раньше';
COMMENT ON COLUMN report_school."Худшая процедура" IS 'Процедура с наибольшей долей не справившихся; к ней относятся столбцы правее';
COMMENT ON COLUMN report_school."Группа" IS 'Группа по доле не справившихся: до 30 %, базово (30–40), умеренно (40–50), сильно неуспевающие (более 50)';

CREATE VIEW report_result WITH (security_invoker = true) AS
SELECT o.academic_year AS "Год результатов", s.municipality AS "Муниципалитет", s.name AS "Организация",
       s.fis_oko_code AS "Логин ФИС ОКО", s.ris_gia_code AS "Код РИС ГИА",
       a.exam AS "Вид", a.subject AS "Предмет", a.grade AS "Класс", a.name AS "Процедура",
       o.participant_count AS "Участников", o.failed_count AS "Не справились",
       round(100 * o.fail_share::numeric, 1) AS "Доля, %", round(100 * o.share_low::numeric, 1) AS "Доля не ниже, %",
       round(100 * o.share_high::numeric, 1) AS "Доля не выше, %",
       CASE WHEN o.is_low THEN 'да' WHEN NOT o.is_low THEN 'нет' ELSE 'мало участников' END AS "Низкий результат",
       o.pupils_from_threshold AS "До порога, чел."
FROM fact_assessment_outcome AS o
JOIN dim_school AS s ON s.id = o.dim_school_id
JOIN dim_assessment AS a ON a.id = o.dim_assessment_id;
COMMENT ON VIEW report_result IS 'Отчёт: результаты организаций по процедурам и годам';
COMMENT ON COLUMN report_result."Вид" IS 'Вид процедуры: ВПР, ОГЭ, ЕГЭ, ...';
COMMENT ON COLUMN report_result."Предмет" IS 'Учебный предмет';
COMMENT ON COLUMN report_result."Класс" IS 'Класс программы';
COMMENT ON COLUMN report_result."Процедура" IS 'Наименование процедуры';
COMMENT ON COLUMN report_result."Низкий результат" IS 'Низкий ли результат по правилу';

CREATE VIEW report_municipality WITH (security_invoker = true) AS
SELECT d.result_year AS "Год результатов", d.municipality AS "Муниципалитет", d.schools AS "Организаций",
       d.judged AS "Оценено", d.in_list AS "В списке ШНОР", round(100 * d.share_of_schools, 1) AS "Доля списка, %",
       d.appeared AS "Впервые", d.stayed AS "Остались", d.returned AS "Вернулись", d.departed AS "Вышли",
       d.risk_zone AS "В зоне риска"
FROM dynamics_by_municipality AS d;
COMMENT ON VIEW report_municipality IS 'Отчёт: список ШНОР и его динамика по муниципалитетам и годам';
COMMENT ON COLUMN report_municipality."Организаций" IS 'Всего организаций';
COMMENT ON COLUMN report_municipality."Оценено" IS 'Организаций, по которым есть данные и которые не исключены';
COMMENT ON COLUMN report_municipality."В списке ШНОР" IS 'Организаций в списке';
COMMENT ON COLUMN report_municipality."Доля списка, %" IS 'Доля списка от всех организаций муниципалитета, в процентах';
COMMENT ON COLUMN report_municipality."Впервые" IS 'В списке впервые';
COMMENT ON COLUMN report_municipality."Остались" IS 'Были в предыдущем списке и остались';
COMMENT ON COLUMN report_municipality."Вернулись" IS 'В предыдущем списке не были, были раньше';
COMMENT ON COLUMN report_municipality."Вышли" IS 'Были в предыдущем списке, в этом нет';
COMMENT ON COLUMN report_municipality."В зоне риска" IS 'Организаций в зоне риска';

CREATE VIEW report_deadline WITH (security_invoker = true) AS
SELECT o.roadmap AS "Дорожная карта", o.municipality AS "Муниципалитет", s.name AS "Организация",
       CASE o.level WHEN 'region' THEN 'регион' WHEN 'municipality' THEN 'муниципалитет' ELSE 'школа' END AS "Кто исполняет",
       o.section AS "Раздел", o.number AS "Номер", o.title AS "Мероприятие", o.bodies AS "Исполнители",
       o.deadline AS "Срок, как напечатан", o.due_on AS "Срок", o.done_on AS "Выполнено",
       CASE o.status WHEN 'planned' THEN 'предстоит' WHEN 'moved' THEN 'перенесено' WHEN 'overdue' THEN 'просрочено'
                     WHEN 'done' THEN 'выполнено' WHEN 'done_late' THEN 'выполнено с опозданием'
                     ELSE 'отменено' END AS "Состояние",
       o.days_late AS "Опоздание, дней"
FROM fact_deadline AS o
LEFT JOIN dim_school AS s ON s.id = o.dim_school_id;
COMMENT ON VIEW report_deadline IS 'Отчёт: сроки мероприятий дорожных карт и их выполнение на сегодня';
COMMENT ON COLUMN report_deadline."Дорожная карта" IS 'Наименование дорожной карты';
COMMENT ON COLUMN report_deadline."Кто исполняет" IS 'Регион, муниципалитет или школа';
COMMENT ON COLUMN report_deadline."Раздел" IS 'Раздел карты';
COMMENT ON COLUMN report_deadline."Номер" IS 'Номер мероприятия, как напечатан';
COMMENT ON COLUMN report_deadline."Мероприятие" IS 'Наименование мероприятия';
COMMENT ON COLUMN report_deadline."Исполнители" IS 'Исполнители через точку с запятой';
COMMENT ON COLUMN report_deadline."Срок, как напечатан" IS 'Срок словами документа';
COMMENT ON COLUMN report_deadline."Срок" IS 'Последний день срока; пусто — у срока нет даты';
COMMENT ON COLUMN report_deadline."Выполнено" IS 'Когда выполнено; пусто — не выполнено';
COMMENT ON COLUMN report_deadline."Состояние" IS 'Состояние на сегодня';
COMMENT ON COLUMN report_deadline."Опоздание, дней" IS 'На сколько дней просрочено или выполнено позже срока';

-- Columns that mean the same in every report.
DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT a.attrelid::regclass AS view_name, a.attname, v.wording
        FROM (VALUES
            ('Год результатов', 'Учебный год по году окончания'),
            ('Муниципалитет', 'Муниципальное образование'),
            ('Организация', 'Наименование организации'),
            ('Логин ФИС ОКО', 'Логин организации в ФИС ОКО'),
            ('Код РИС ГИА', 'Код организации в РИС ГИА'),
            ('Участников', 'Участников, чей результат можно оценить'),
            ('Не справились', 'Из них получили «2» или не преодолели минимальный порог'),
            ('Доля, %', 'Доля не справившихся, в процентах'),
            ('Доля не ниже, %', 'Нижняя граница доверительного интервала доли'),
            ('Доля не выше, %', 'Верхняя граница доверительного интервала доли'),
            ('До порога, чел.', 'Сколько обучающихся отделяет от порога: положительное — результат низкий (см. assessment_outcome)'))
            AS v (attname, wording)
        JOIN pg_attribute AS a ON a.attname = v.attname AND a.attnum > 0
        JOIN (VALUES ('report_school'), ('report_result'), ('report_municipality'), ('report_deadline')) AS w (view_name)
          ON a.attrelid = w.view_name::regclass
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', col.view_name, col.attname, col.wording);
    END LOOP;
END
$$;
