// cube.js: what Cube makes of the star: generates its model from the catalog,
// compiles it, and asks for three measures by municipality and year.
//
//   node cube.js FOLDER PORT USER SCHEMA VIEW...
//
// FOLDER holds node_modules with @cubejs-backend/postgres-driver and
// @cubejs-backend/schema-compiler. Prints one JSON object on a line for
// test/tap/095_bi_clients.pl: joins, keys, rows, notes.
const path = require('path');

const [folder, port, user, schema, ...views] = process.argv.slice(2);
const cube = (name) => require(require.resolve(`@cubejs-backend/${name}`, { paths: [path.resolve(folder)] }));

// Cube's compiled part is fetched from outside npm and may be missing: the
// templates it would render, and the other planner it has, are not used here.
const nativeInstance = { newJinjaEngine: () => null };
process.env.CUBEJS_TESSERACT_SQL_PLANNER = 'false';
process.env.CUBEJS_TRANSPILATION_NATIVE = 'false';

async function main() {
  const { PostgresDriver } = cube('postgres-driver');
  const { prepareCompiler, PostgresQuery, ScaffoldingTemplate } = cube('schema-compiler');
  const driver = new PostgresDriver({ host: '127.0.0.1', port, user, database: 'postgres', maxPoolSize: 1 });
  try {
    const began = Date.now();
    const tables = await driver.tablesSchema();
    const read = Date.now();
    const files = new ScaffoldingTemplate(tables, driver, { snakeCase: true })
      .generateFilesByTableNames(views.map((view) => [schema, view]));
    const { compiler, joinGraph, cubeEvaluator } = prepareCompiler(
      { localPath: () => __dirname, dataSchemaFiles: async () => files },
      { adapter: 'postgres', nativeInstance });
    await compiler.compile();
    const compiled = Date.now();

    const joins = [];
    const keys = {};
    for (const name of cubeEvaluator.cubeNames()) {
      for (const join of cubeEvaluator.cubeFromPath(name).joins || []) {
        joins.push(join.sql.toString().match(/`(.*)`/)[1].replace(/CUBE/, name).replace(/[${}]/g, ''));
      }
      keys[name] = cubeEvaluator.primaryKeys[name];
    }

    const query = new PostgresQuery({ joinGraph, cubeEvaluator, compiler }, {
      measures: ['participant_count', 'failed_count', 'low_count'].map((m) => `fact_assessment_outcome.${m}`),
      dimensions: ['dim_school.municipality', 'dim_year.name'],
      timezone: 'UTC',
    });
    const [sql, parameters] = query.buildSqlAndParams();
    const rows = await driver.query(sql, parameters);
    const answered = Date.now();
    console.log(JSON.stringify({
      joins: joins.sort(),
      keys,
      rows: rows.map((row) => ['dim_school__municipality', 'dim_year__name',
        'fact_assessment_outcome__participant_count', 'fact_assessment_outcome__failed_count',
        'fact_assessment_outcome__low_count'].map((column) => row[column]).join('|')),
      notes: [`catalog read in ${read - began} ms, model made and compiled in ${compiled - read} ms, `
        + `${rows.length} rows in ${answered - compiled} ms`,
      ...cubeEvaluator.cubeNames().map((name) => `${name}: measures `
        + Object.keys(cubeEvaluator.measuresForCube(name)).join(', '))],
    }));
  } finally {
    await driver.release();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
