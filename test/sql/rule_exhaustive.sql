-- The two-year rule over every history of three assessments in two years: low,
-- not low or no data in each of the six cells (3^6 = 729 histories), for both
-- readings of branch B, one to three low assessments needed, both types of
-- keys, no data as a NULL row and as no row; compared with set logic.
CREATE TEMPORARY TABLE cell (
    history integer,
    result_year integer,
    assessment integer,
    is_low boolean,
    PRIMARY KEY (history, result_year, assessment)
);
INSERT INTO cell
SELECT history, 2022 + i / 3, i % 3 + 1,
       (ARRAY[true, false, NULL])[history / (3 ^ i)::integer % 3 + 1]
FROM generate_series(0, 728) AS history, generate_series(0, 5) AS i;
ANALYZE cell;

-- every history is there once
SELECT count(DISTINCT cells) AS histories
FROM (SELECT string_agg(coalesce(is_low::text, '-'), ' ' ORDER BY result_year, assessment) AS cells
      FROM cell GROUP BY history) AS h;

-- the oracle: the text of the rule in sets
CREATE TEMPORARY TABLE oracle AS
SELECT history, same_assessment, low_needed,
       CASE WHEN NOT has_data THEN NULL
            WHEN a AND b THEN 'both'
            WHEN a THEN 'two_assessments'
            WHEN b THEN 'two_years'
            ELSE 'none' END AS verdict
FROM generate_series(0, 728) AS history,
     unnest(ARRAY[false, true]) AS same_assessment,
     generate_series(1, 3) AS low_needed,
     LATERAL (SELECT
         EXISTS (SELECT FROM cell AS c
                 WHERE c.history = history.history AND c.result_year = 2023
                   AND c.is_low IS NOT NULL) AS has_data,
         (SELECT count(DISTINCT c.assessment) FROM cell AS c
          WHERE c.history = history.history AND c.result_year = 2023
            AND c.is_low) >= low_needed AS a,
         CASE WHEN same_assessment
              THEN EXISTS (SELECT c.assessment FROM cell AS c
                           WHERE c.history = history.history AND c.result_year = 2022 AND c.is_low
                           INTERSECT
                           SELECT c.assessment FROM cell AS c
                           WHERE c.history = history.history AND c.result_year = 2023 AND c.is_low)
              ELSE 2 = (SELECT count(DISTINCT c.result_year) FROM cell AS c
                        WHERE c.history = history.history AND c.is_low)
         END AS b) AS branches;

CREATE TEMPORARY TABLE answer AS
SELECT history, same_assessment, low_needed,
       shnor.shnor_rule(result_year, assessment, is_low, 2023,
                        same_assessment, low_needed) AS int_keys,
       shnor.shnor_rule(result_year, 'assessment ' || assessment, is_low, 2023,
                        same_assessment, low_needed) AS text_keys,
       shnor.shnor_rule(result_year, assessment, is_low, 2023,
                        same_assessment, low_needed)
           FILTER (WHERE is_low IS NOT NULL) AS int_keys_sparse,
       shnor.shnor_rule(result_year, 'assessment ' || assessment, is_low, 2023,
                        same_assessment, low_needed)
           FILTER (WHERE is_low IS NOT NULL) AS text_keys_sparse,
       shnor.shnor_rule(result_year, assessment, is_low, 2023,
                        same_assessment) AS int_keys_default,
       shnor.shnor_rule(result_year, 'assessment ' || assessment, is_low, 2023,
                        same_assessment) AS text_keys_default,
       shnor.shnor_rule(result_year, assessment, is_low, 2023) AS int_keys_defaults,
       shnor.shnor_rule(result_year, 'assessment ' || assessment, is_low, 2023) AS text_keys_defaults
FROM cell, unnest(ARRAY[false, true]) AS same_assessment,
     generate_series(1, 3) AS low_needed
GROUP BY history, same_assessment, low_needed;

SELECT count(*) AS combinations,
       count(*) FILTER (WHERE int_keys IS DISTINCT FROM verdict) AS int_keys,
       count(*) FILTER (WHERE text_keys IS DISTINCT FROM verdict) AS text_keys,
       count(*) FILTER (WHERE int_keys_sparse IS DISTINCT FROM verdict) AS int_keys_sparse,
       count(*) FILTER (WHERE text_keys_sparse IS DISTINCT FROM verdict) AS text_keys_sparse
FROM oracle JOIN answer USING (history, same_assessment, low_needed);

-- the shorter signatures have the documented defaults
SELECT count(*) AS combinations,
       count(*) FILTER (WHERE int_keys_default IS DISTINCT FROM verdict) AS int_keys,
       count(*) FILTER (WHERE text_keys_default IS DISTINCT FROM verdict) AS text_keys
FROM oracle JOIN answer USING (history, same_assessment, low_needed)
WHERE low_needed = 2;
SELECT count(*) AS combinations,
       count(*) FILTER (WHERE int_keys_defaults IS DISTINCT FROM verdict) AS int_keys,
       count(*) FILTER (WHERE text_keys_defaults IS DISTINCT FROM verdict) AS text_keys
FROM oracle JOIN answer USING (history, same_assessment, low_needed)
WHERE low_needed = 2 AND NOT same_assessment;

-- no verdict is missing from the comparison
SELECT same_assessment, low_needed,
       count(*) FILTER (WHERE int_keys IS NULL) AS no_data,
       count(*) FILTER (WHERE int_keys = 'none') AS none,
       count(*) FILTER (WHERE int_keys = 'two_assessments') AS two_assessments,
       count(*) FILTER (WHERE int_keys = 'two_years') AS two_years,
       count(*) FILTER (WHERE int_keys = 'both') AS "both"
FROM answer
GROUP BY same_assessment, low_needed
ORDER BY same_assessment, low_needed;
