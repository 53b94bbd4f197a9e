// duckdb.mjs: what a warehouse user would do instead: the same rows in DuckDB,
// on its own storage, warm.
//
//   node duckdb.mjs MODULES FOLDER RUNS
//
// MODULES holds node_modules; FOLDER has the files result_*.txt and plan.csv,
// and gets the answers, duckdb_*.csv, for comparison with PostgreSQL's. Prints
// measure, variant, run and milliseconds, tab-separated.
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { readFileSync, rmSync } from 'node:fs';

const [modules, folder, runs] = process.argv.slice(2);
const { DuckDBInstance, version } = createRequire(modules + '/')('@duckdb/node-api');

// The mark "2", or too low a score in the administrations judged by score.
const failed = readFileSync(`${folder}/plan.csv`, 'utf8').trim().split('\n').slice(1)
    .map(line => line.split(',')).filter(([id, year, assessment, minScore]) => minScore)
    .reduce((sql, [id, year, assessment, minScore]) =>
        `${sql} OR (administration_id = ${id} AND score < ${minScore})`, 'mark = 2');
const share = `
    SELECT administration_id, school_id, count(*) AS participants, count(*) FILTER (WHERE ${failed}) AS failed
    FROM result WHERE attempt = 1
    GROUP BY administration_id, school_id`;
const columns = `
           count(*) AS participants,
           count(*) FILTER (WHERE mark = 2) AS mark_2,
           count(*) FILTER (WHERE mark = 3) AS mark_3,
           count(*) FILTER (WHERE mark = 4) AS mark_4,
           count(*) FILTER (WHERE mark = 5) AS mark_5,
           count(*) FILTER (WHERE mark = 2) / count(*) AS fail_share,
           avg(score) AS mean,
           stddev_samp(score) AS stddev,
           min(score) AS lowest,
           max(score) AS highest,
           count(*) FILTER (WHERE mark < journal_mark) AS journal_lower,
           count(*) FILTER (WHERE mark = journal_mark) AS journal_same,
           count(*) FILTER (WHERE mark > journal_mark) AS journal_higher,
           count(*) FILTER (WHERE abs(mark - journal_mark) >= 2) AS journal_gap2`;
const queries = {
    share,
    // low results: at least 30 %, in two assessments of 2025, or in one assessment in both years
    list: `
    SELECT school_id
    FROM (${share}) AS s JOIN plan USING (administration_id)
    WHERE 100 * failed >= 30 * participants
    GROUP BY school_id
    HAVING count(*) FILTER (WHERE academic_year = 2025) >= 2 OR count(*) > count(DISTINCT assessment)`,
    columns_14: `
    SELECT administration_id, school_id, class, ${columns}
    FROM result WHERE attempt = 1 GROUP BY administration_id, school_id, class`,
    histogram: `
    SELECT administration_id, school_id, class, score, count(*) AS n
    FROM result WHERE attempt = 1 GROUP BY administration_id, school_id, class, score`,
    columns_14_and_histogram: `
    SELECT administration_id, school_id, class, ${columns}, histogram(score) AS scores
    FROM result WHERE attempt = 1 GROUP BY administration_id, school_id, class`,
};

const file = `${folder}/results.duckdb`;
rmSync(file, { force: true });
const instance = await DuckDBInstance.create(file, { threads: String(cpus().length) });
const db = await instance.connect();
const time = async sql => {
    const started = performance.now();
    await db.run(sql);
    return performance.now() - started;
};
const tell = (variant, run, ms) => console.log(['duckdb', variant, run, ms].join('\t'));

tell('load', 1, await time(`
    CREATE TABLE result AS SELECT * FROM read_csv('${folder}/result_*.txt', delim = '\\t', header = false,
        nullstr = '\\N', quote = '', escape = '', columns = {
            administration_id: 'INTEGER', school_id: 'INTEGER', academic_year: 'INTEGER',
            import_file_id: 'INTEGER', attempt: 'SMALLINT', score: 'SMALLINT', mark: 'SMALLINT',
            journal_mark: 'SMALLINT', participant: 'VARCHAR', class: 'VARCHAR', task_scores: 'VARCHAR'})`));
await db.run(`CREATE TABLE plan AS SELECT * FROM read_csv('${folder}/plan.csv', header = true)`);
await db.run('CHECKPOINT');
for (let run = 0; run <= Number(runs); run++) {
    for (const [variant, sql] of Object.entries(queries)) {
        const ms = await time(sql);
        if (run > 0) tell(variant, run, ms);
    }
}
for (const variant of ['list', 'share', 'columns_14']) {
    await db.run(`COPY (${queries[variant]}) TO '${folder}/duckdb_${variant}.csv' (HEADER false)`);
}
// the histogram of one school in twenty
await db.run(`COPY (SELECT * FROM (${queries.histogram}) WHERE school_id % 20 = 0)
    TO '${folder}/duckdb_histogram.csv' (HEADER false)`);
console.error(`${version().replace('v', '')} (@duckdb/node-api, Node ${process.versions.node}), ${cpus().length} threads`);
db.closeSync();
instance.closeSync();
rmSync(file, { force: true });
