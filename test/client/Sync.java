// Sync.java: what Metabase asks a PostgreSQL database through JDBC when it
// connects to it, reads its catalog, takes fingerprints and fills filters; and
// the metadata calls of JDBC that other tools make.
//
//   java -cp postgresql.jar Sync.java URL USER SCHEMA
//
// Prints lines of tab-separated fields for test/tap/095_bi_clients.pl:
//   relation   name  kind  comment
//   column     relation  name  type  java.sql.Types  comment  keys
//   reference  relation  column  relation  column
//   step       what  queries  rows  slowest in ms  the slowest one's object
//   slow       what  object  ms, for the slowest queries of all, slowest first
// An error ends it, with a stack trace and status 1.
import java.sql.*;
import java.util.*;
import java.util.stream.Collectors;
import java.util.stream.Stream;

public class Sync {
    static final int SAMPLE_ROWS = 10000;
    static final int TEXT_SAMPLE = 1234;
    static final int FILTER_VALUES = 1000;
    static final int SLOWEST_SHOWN = 10;

    static Connection db;
    static String schema;
    static final List<Query> queries = new ArrayList<>();

    /** A query that was run, and how long it took in ms. */
    static class Query {
        final String step;
        final String object;
        final double took;

        Query(String step, String object, double took) {
            this.step = step;
            this.object = object;
            this.took = took;
        }
    }

    /** One kind of step: its queries are timed and their rows counted. */
    static class Step {
        final String name;
        long rows;

        Step(String name) {
            this.name = name;
        }

        /** Runs a query, reads every value as its driver's object, and counts. */
        ResultSetMetaData read(String object, String sql, List<String[]> into) throws SQLException {
            long began = System.nanoTime();
            ResultSetMetaData meta;
            try (Statement statement = db.createStatement()) {
                statement.setFetchSize(500);
                try (ResultSet rows = statement.executeQuery(sql)) {
                    meta = take(rows, into);
                }
            } catch (SQLException e) {
                throw new SQLException(name + " of " + object + ": " + e.getMessage() + "\n" + sql, e);
            }
            count(object, began);
            return meta;
        }

        /** The same for the result of a metadata call. */
        void read(String object, ResultSet result) throws SQLException {
            long began = System.nanoTime();
            try (result) {
                take(result, null);
            }
            count(object, began);
        }

        private ResultSetMetaData take(ResultSet result, List<String[]> into) throws SQLException {
            ResultSetMetaData meta = result.getMetaData();
            while (result.next()) {
                String[] row = new String[meta.getColumnCount()];
                for (int i = 0; i < row.length; i++) {
                    Object value = result.getObject(i + 1);
                    row[i] = value == null ? "" : value.toString();
                }
                if (into != null) {
                    into.add(row);
                }
                rows++;
            }
            return meta;
        }

        private void count(String object, long began) {
            queries.add(new Query(name, object, (System.nanoTime() - began) / 1e6));
        }

        void print() {
            List<Query> own = slowest(queries.stream().filter(query -> query.step.equals(name)));
            Sync.print("step", name, own.size(), rows, milliseconds(own.get(0).took), own.get(0).object);
        }
    }

    static void print(Object... fields) {
        StringJoiner line = new StringJoiner("\t");
        for (Object field : fields) {
            line.add(field == null ? "" : field.toString().replaceAll("\\s+", " "));
        }
        System.out.println(line);
    }

    static List<Query> slowest(Stream<Query> of) {
        return of.sorted((one, other) -> Double.compare(other.took, one.took)).collect(Collectors.toList());
    }

    static String milliseconds(double took) {
        return String.format(Locale.ROOT, "%.1f", took);
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String in(String relation) {
        return quoted(schema) + "." + quoted(relation);
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** Relations of the schema that this role may read, as the catalog has them. */
    static List<String[]> relations() throws SQLException {
        List<String[]> found = new ArrayList<>();
        Step step = new Step("schemas");
        step.read("all", db.getMetaData().getSchemas());
        step.read("time zone", "SHOW TimeZone", null);
        step.read("enums", "SELECT n.nspname, t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
            + " WHERE t.oid IN (SELECT enumtypid FROM pg_enum)", null);
        step.print();

        // A privilege on one column is enough for Metabase to show the table.
        step = new Step("relations");
        step.read("all", "SELECT c.relname, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'p' THEN 'PARTITIONED TABLE' ELSE 'TABLE' END,"
            + " d.description, s.n_live_tup, c.relispartition"
            + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass"
            + " LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid"
            + " WHERE n.nspname = " + literal(schema) + " AND c.relkind IN ('r', 'p', 'v', 'f', 'm')"
            + " AND has_schema_privilege(current_user, n.oid, 'USAGE')"
            + " AND has_any_column_privilege(current_user, c.oid, 'SELECT')"
            + " ORDER BY c.relname", found);
        for (String[] relation : found) {
            print("relation", relation[0], relation[1], relation[2]);
        }
        step.print();
        return found;
    }

    /** Columns by relation: name and type; prints them with keys and comments. */
    static Map<String, List<String[]>> columns(List<String[]> relations) throws SQLException {
        Map<String, List<String[]>> byRelation = new LinkedHashMap<>();
        List<String[]> found = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        Step step = new Step("columns");
        step.read("all", "SELECT c.table_name, c.column_name, c.udt_name,"
            + " col_description(format('%I.%I', c.table_schema, c.table_name)::regclass, c.ordinal_position), c.is_nullable,"
            + " c.column_default, c.is_identity"
            + " FROM information_schema.columns c WHERE c.table_schema = " + literal(schema)
            + " ORDER BY c.table_name, c.ordinal_position", found);
        List<String[]> primary = new ArrayList<>();
        step.read("keys", "SELECT k.table_name, k.column_name FROM information_schema.table_constraints t"
            + " JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name, table_name)"
            + " WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_schema = " + literal(schema), primary);
        step.print();
        for (String[] key : primary) {
            keys.add(key[0] + "." + key[1]);
        }
        for (String[] relation : relations) {
            byRelation.put(relation[0], new ArrayList<>());
        }
        for (String[] column : found) {
            if (byRelation.containsKey(column[0])) {
                byRelation.get(column[0]).add(column);
            }
        }

        // What the driver itself makes of them.
        step = new Step("probes");
        for (String relation : byRelation.keySet()) {
            ResultSetMetaData meta = step.read(relation, "SELECT * FROM " + in(relation) + " WHERE 1 <> 1 LIMIT 0", null);
            List<String[]> own = byRelation.get(relation);
            for (int i = 0; i < own.size(); i++) {
                String[] column = own.get(i);
                // Metabase also takes a column "id" for a key.
                boolean isKey = keys.contains(relation + "." + column[1]) || column[1].equals("id");
                print("column", relation, column[1], column[2], JDBCType.valueOf(meta.getColumnType(i + 1)),
                    column[3], isKey ? "key" : "");
            }
        }
        step.print();
        return byRelation;
    }

    static void references() throws SQLException {
        List<String[]> found = new ArrayList<>();
        Step step = new Step("references");
        step.read("all", "SELECT f.relname, a.attname, p.relname, b.attname"
            + " FROM pg_constraint c JOIN pg_class f ON f.oid = c.conrelid JOIN pg_class p ON p.oid = c.confrelid"
            + " JOIN pg_namespace n ON n.oid = c.connamespace"
            + " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)"
            + " JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = ANY (c.confkey)"
            + " WHERE c.contype = 'f' AND n.nspname = " + literal(schema) + " ORDER BY 1, 2", found);
        for (String[] reference : found) {
            print("reference", reference[0], reference[1], reference[2], reference[3]);
        }
        step.print();
    }

    /** The calls of DatabaseMetaData, as older releases and other tools make them. */
    static void metadataCalls(Set<String> relations) throws SQLException {
        DatabaseMetaData meta = db.getMetaData();
        Step step = new Step("metadata calls");
        step.read("getTables", meta.getTables(null, schema, "%",
            new String[] {"TABLE", "PARTITIONED TABLE", "VIEW", "FOREIGN TABLE", "MATERIALIZED VIEW"}));
        step.read("getTypeInfo", meta.getTypeInfo());
        for (String relation : relations) {
            step.read("getColumns " + relation, meta.getColumns(null, schema, relation, null));
            step.read("getPrimaryKeys " + relation, meta.getPrimaryKeys(null, schema, relation));
            step.read("getImportedKeys " + relation, meta.getImportedKeys(null, schema, relation));
            step.read("getIndexInfo " + relation, meta.getIndexInfo(null, schema, relation, false, true));
            step.read("getTablePrivileges " + relation, meta.getTablePrivileges(null, schema, relation));
        }
        step.print();
    }

    /**
     * A sample of every relation, its texts cut; the values of columns that have
     * few in the sample, which become lists; a search in every text.
     */
    static void samples(Map<String, List<String[]>> columns) throws SQLException {
        Step fingerprints = new Step("fingerprints");
        Step filters = new Step("filters");
        Step searches = new Step("searches");
        for (String relation : columns.keySet()) {
            StringJoiner list = new StringJoiner(", ");
            for (String[] column : columns.get(relation)) {
                String name = quoted(column[1]);
                list.add(column[2].equals("text") ? "substring(" + name + ", 1, " + TEXT_SAMPLE + ")" : name);
            }
            List<String[]> sample = new ArrayList<>();
            fingerprints.read(relation, "SELECT " + list + " FROM " + in(relation) + " LIMIT " + SAMPLE_ROWS, sample);
            for (int i = 0; i < columns.get(relation).size(); i++) {
                final int place = i;
                String[] column = columns.get(relation).get(i);
                String name = quoted(column[1]);
                String object = relation + "." + column[1];
                if (sample.stream().map(row -> row[place]).distinct().count() <= FILTER_VALUES) {
                    filters.read(object, "SELECT " + name + " FROM " + in(relation) + " GROUP BY " + name
                        + " ORDER BY " + name + " LIMIT " + FILTER_VALUES, null);
                }
                if (column[2].equals("text")) {
                    searches.read(object, "SELECT " + name + " FROM " + in(relation) + " WHERE lower(" + name
                        + ") LIKE '%школа%' GROUP BY " + name + " ORDER BY " + name + " LIMIT " + FILTER_VALUES, null);
                }
            }
        }
        fingerprints.print();
        filters.print();
        searches.print();
    }

    public static void main(String[] args) throws Exception {
        System.setOut(new java.io.PrintStream(System.out, true, "UTF-8"));
        schema = args[2];
        Properties properties = new Properties();
        properties.setProperty("user", args[1]);
        properties.setProperty("ApplicationName", "Metabase");
        properties.setProperty("sslmode", "disable");
        db = DriverManager.getConnection(args[0], properties);
        db.setReadOnly(true);
        db.setAutoCommit(false);

        List<String[]> relations = relations();
        Map<String, List<String[]>> columns = columns(relations);
        references();
        metadataCalls(columns.keySet());
        samples(columns);
        slowest(queries.stream()).stream().limit(SLOWEST_SHOWN)
            .forEach(query -> print("slow", query.step, query.object, milliseconds(query.took)));
        db.close();
    }
}
