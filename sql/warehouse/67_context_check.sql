-- Data checks of the context, entries of data_check like those of the results.

INSERT INTO data_check (check_code, severity, name, meaning, resolution) VALUES
    ('context_missing', 'warning', 'У организации нет показателя действующего индекса благополучия',
     'Показатели условий за этот год внесены, а у работающей организации какого-то нет: по версии индекса она может остаться без него и без типа.',
     'Загрузите её социальный паспорт или внесите значение в school_context.'),
    ('context_constant', 'info', 'Показатель действующего индекса одинаков у всех организаций',
     'Такой показатель не отличает организации друг от друга и в индекс не входит.',
     'Проверьте, не заполнен ли столбец формы одним значением; если так и есть, ничего делать не нужно.');

INSERT INTO data_check (check_code, severity, name, meaning, resolution, parameter, parameter_meaning) VALUES
    ('context_jump', 'info', 'Доля в показателях условий резко изменилась за год',
     'Доля у той же организации изменилась больше, чем это обычно бывает. Часто числитель и знаменатель переставлены или взяты за разное время.',
     'Сверьте с социальным паспортом; если верно, ничего делать не нужно.',
     20, 'На сколько процентных пунктов'),
    ('context_pupils', 'warning', 'Обучающихся в форме не столько, сколько в school_year',
     'Знаменатель долей контингента заметно отличается от численности обучающихся организации в этом учебном году.',
     'Проверьте, та ли это организация и весь ли контингент учтён; исправьте форму или school_year.enrolment.',
     20, 'На сколько процентов');

CREATE FUNCTION check_context_missing(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT school_label(s.school_id), format('нет показателей: %s', string_agg(i.name, ', ' ORDER BY c.place)),
           s.school_id, NULL::integer
    FROM find_context_rule(check_context_missing.academic_year) AS r
    JOIN welfare_index AS w USING (welfare_index_id)
    JOIN welfare_component AS c USING (welfare_index_id)
    JOIN context_indicator AS i USING (context_indicator_id)
    CROSS JOIN school AS s
    WHERE works_in(s, check_context_missing.academic_year)
      AND EXISTS (SELECT FROM school_context AS k WHERE k.academic_year = check_context_missing.academic_year)
      AND NOT EXISTS (
          SELECT FROM school_context AS k
          WHERE k.school_id = s.school_id AND k.context_indicator_id = c.context_indicator_id
            AND k.academic_year BETWEEN check_context_missing.academic_year - w.value_years + 1
                                    AND check_context_missing.academic_year)
    GROUP BY s.school_id;
END;
COMMENT ON FUNCTION check_context_missing(integer) IS
'Проверка данных за учебный год: у кого из работающих организаций нет показателей действующего индекса';

CREATE FUNCTION check_context_constant(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT i.name, format('у всех организаций (%s) одно значение: %s', count(*),
                          replace(min(k.value)::text, '.', ',')), NULL::integer, NULL::integer
    FROM find_context_rule(check_context_constant.academic_year) AS r
    JOIN welfare_component AS c USING (welfare_index_id)
    JOIN context_indicator AS i USING (context_indicator_id)
    JOIN school_context AS k USING (context_indicator_id)
    WHERE k.academic_year = check_context_constant.academic_year
    GROUP BY i.context_indicator_id
    HAVING min(k.value) = max(k.value) AND count(DISTINCT k.school_id) > 1;
END;
COMMENT ON FUNCTION check_context_constant(integer) IS
'Проверка данных за учебный год: какие показатели действующего индекса одинаковы у всех организаций';

CREATE FUNCTION check_context_jump(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', school_label(k.school_id), i.name),
           format('было %s %%, стало %s %%', round((100 * b.value)::numeric, 1), round((100 * k.value)::numeric, 1)),
           k.school_id, NULL::integer
    FROM school_context AS k
    JOIN context_indicator AS i USING (context_indicator_id)
    JOIN school_context AS b USING (school_id, context_indicator_id, measurement)
    WHERE k.academic_year = check_context_jump.academic_year AND b.academic_year = k.academic_year - 1
      AND i.kind = 'share' AND 100 * abs(k.value - b.value) > check_parameter('context_jump');
END;
COMMENT ON FUNCTION check_context_jump(integer) IS
'Проверка данных за учебный год: доли в показателях условий, которые резко изменились за год';

CREATE FUNCTION check_context_pupils(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT school_label(y.school_id), format('в форме %s, в school_year %s', string_agg(DISTINCT k.denominator::text, ', '), y.enrolment),
           y.school_id, NULL::integer
    FROM school_year AS y
    JOIN school_context AS k USING (school_id, academic_year)
    JOIN context_indicator AS i USING (context_indicator_id)
    WHERE y.academic_year = check_context_pupils.academic_year AND i.denominator_role = 'pupils'
      AND 100 * abs(k.denominator - y.enrolment) > check_parameter('context_pupils') * y.enrolment
    GROUP BY y.school_id, y.enrolment;
END;
COMMENT ON FUNCTION check_context_pupils(integer) IS
'Проверка данных за учебный год: организации, у которых обучающихся в форме не столько, сколько в school_year';
