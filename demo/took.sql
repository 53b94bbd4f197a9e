-- took.sql: prints :step and the seconds since the last mark, sets a new mark.
SELECT format('%s %s с', rpad(:'step' || ' ', 56, '.'),
              replace(round(extract(epoch FROM clock_timestamp()
                                               - :'mark'::timestamptz),
                            1)::text, '.', ',')) AS line,
       clock_timestamp() AS mark
\gset
\echo :line
