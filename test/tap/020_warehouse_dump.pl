# A warehouse is ordinary tables: two of them in a database do not see each
# other, a dump of any format brings everything back as it was and working, and
# dropping the extension is refused, or forced without losing a row.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
my $db = 'postgres';

# Runs commands in warehouse $1; returns what psql printed and the notices.
sub in_warehouse
{
	my ($schema, $sql, $in_db) = @_;
	my ($out, $err);
	my $status = $node->psql(
		$in_db // $db,
		"SET search_path = $schema, shnor; $sql",
		stdout => \$out,
		stderr => \$err);
	die "failed: $sql\n$err" if $status;
	return ($out, $err);
}

# One file: ten pupils of each school in each of two subjects; $failing->{n}
# of those of school n fail, in both subjects.
sub file_rows
{
	my ($year, %failing) = @_;
	my $rows = join ', ', map { "($_, $failing{$_})" } sort keys %failing;
	return qq{
		DO \$\$
		BEGIN
			PERFORM open_staging();
			INSERT INTO import_staging (academic_year, exam, subject, grade, school_code_kind,
				school_code, participant, class, score, mark, journal_mark, task_scores)
			SELECT '$year', 'vpr', subject, '5', 'local', school, 'p' || n, '5А',
				n, CASE WHEN n <= failing THEN '2' ELSE '4' END, '3', '1;X;0'
			FROM (VALUES $rows) AS v (school, failing),
				unnest(ARRAY['math', 'rus']) AS subject, generate_series(1, 10) AS n;
		END
		\$\$;
	};
}

sub fill
{
	my ($schema, %failing) = @_;
	$node->safe_psql($db, "CALL shnor.create_warehouse('$schema')");
	in_warehouse(
		$schema, qq{
		INSERT INTO region (code, name) VALUES ('1', '$schema');
		INSERT INTO municipality (region_id, code, name) SELECT region_id, '1', 'Район' FROM region;
		INSERT INTO school (municipality_id, name)
		SELECT municipality_id, 'Школа № ' || n FROM municipality, generate_series(1, 4) AS n;
		INSERT INTO school_code (school_id, kind, code) SELECT school_id, 'local', school_id FROM school;
		SELECT open_year(y) FROM generate_series(2022, 2023) AS y;
		SELECT open_administration(y, 'vpr', s, 5, max_score => 20)
		FROM generate_series(2022, 2023) AS y, unnest(ARRAY['math', 'rus']) AS s;
	});
	for my $year (2022, 2023)
	{
		in_warehouse($schema,
			file_rows($year, %failing) . "SELECT import_results('f$year')");
		# one row is refused: school 9 is unknown
		in_warehouse($schema,
			file_rows($year, 9 => 1) . "SELECT import_results('bad$year')");
		in_warehouse($schema, "SELECT run_cycle($year)");
	}
}

# Every row of every table and view, as sums by relation.
sub contents
{
	my ($schema, $in_db) = @_;
	my ($relations) = in_warehouse(
		$schema, qq{
		SELECT oid::regclass FROM pg_class
		WHERE relnamespace = '$schema'::regnamespace AND relkind IN ('r', 'p', 'v')
		ORDER BY oid::regclass::text}, $in_db);
	my $query = join ' UNION ALL ', map {
		"SELECT '$_: ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")), '-') FROM $_ AS t"
	} split /\n/, $relations;
	return (in_warehouse($schema, $query, $in_db))[0];
}

# Two warehouses: the same codes, other data.
$node->safe_psql($db, 'CREATE EXTENSION shnor');
fill('north', 1 => 3, 2 => 2, 3 => 5, 4 => 0);
my $north = contents('north');
like($north, qr/^shnor_list: 2 /m, 'the list of one warehouse');
like($north, qr/^result: 160 /m,   'its results');
like($north, qr/^cycle: 2 /m,      'its cycles');
fill('south', 1 => 0, 2 => 4, 3 => 0, 4 => 0);
is(contents('north'), $north, 'another warehouse does not touch it');
is( (in_warehouse('south', 'SELECT school_id FROM shnor_list'))[0],
	'2', 'and has its own list');
isnt((in_warehouse('south', 'SELECT md5(string_agg(r::text, E\'\n\')) FROM result AS r'))[0],
	(in_warehouse('north', 'SELECT md5(string_agg(r::text, E\'\n\')) FROM result AS r'))[0],
	'of its own results');

# An earlier year run again warns that the later lists are stale, once.
my ($out, $notices) = in_warehouse('north',
	file_rows(2022, 1 => 1, 2 => 2, 3 => 5, 4 => 3)
	  . "SELECT import_results('f2022')");
($out, $notices) = in_warehouse('north', 'SELECT run_cycle(2022)');
like($notices, qr/списки более поздних лет \(2023\).*выполните их циклы заново/,
	'a cycle of an earlier year warns of the later ones');
($out, $notices) = in_warehouse('north', 'SELECT run_cycle(2022)');
like($notices, qr/данные и правила прежние, итог прежний/,
	'one that changes nothing says so');
unlike($notices, qr/выполните их циклы заново/, 'and does not warn');
($out, $notices) = in_warehouse('north', 'SELECT run_cycle(2023)');
unlike($notices, qr/выполните их циклы заново/, 'nor does the latest year');
($out, $notices) = in_warehouse('north',
	file_rows(2022, 1 => 1, 2 => 2, 3 => 5, 4 => 3)
	  . "SELECT import_results('f2022')");
like($notices, qr/файл «f2022» уже загружен \(редакция 2\): изменений нет/,
	'a file imported again says that nothing changed');

# Dumps.
my %before = (north => contents('north'), south => contents('south'));
like($before{north}, qr/^cycle: 4 /m, 'two cycles of each year to dump');
my $dir = PostgreSQL::Test::Utils::tempdir;

for my $format ('custom', 'plain')
{
	my $copy = "copy_$format";
	my $file = "$dir/$format.dump";
	$node->safe_psql($db, "CREATE DATABASE $copy");
	$node->command_ok([ 'pg_dump', "--format=$format", '-f', $file, $db ],
		"$format: dumped");
	if ($format eq 'custom')
	{
		$node->command_ok(
			[ 'pg_restore', '--exit-on-error', '-d', $copy, $file ],
			"$format: restored");
	}
	else
	{
		$node->command_ok(
			[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $copy, '-f', $file ],
			"$format: restored");
	}
	is(contents($_, $copy), $before{$_}, "$format: $_ has every row it had")
	  for ('north', 'south');

	# Restored, it works on from where it was.
	is( (in_warehouse('north', 'SELECT (run_cycle(2023)).cycle_id', $copy))[0],
		(in_warehouse('north',
				'SELECT cycle_id FROM cycle WHERE is_current AND result_year = 2023'))[0],
		"$format: the restored warehouse's cycle is the one it had");
	is( (in_warehouse('north',
				file_rows(2023, 1 => 3, 2 => 2, 3 => 5, 4 => 0)
				  . "SELECT version FROM import_results('f2023')", $copy))[0],
		'1', "$format: its file is the one it had");
	in_warehouse('north',
		q{SELECT open_year(2024);
		  SELECT open_administration(2024, 'vpr', s, 5, max_score => 20) FROM unnest(ARRAY['math', 'rus']) AS s},
		$copy);
	is( (in_warehouse('north',
				file_rows(2024, 1 => 0, 2 => 9) . "SELECT rows_stored FROM import_results('f2024')", $copy))[0],
		'40', "$format: it imports another year");
	is( (in_warehouse('north', 'SELECT in_list, departed FROM run_cycle(2024)', $copy))[0],
		'1|2', "$format: and runs its cycle");
	my $error;
	$node->psql(
		$copy,
		"INSERT INTO north.result (administration_id, school_id, academic_year, participant, mark, score) SELECT administration_id, 1, 2024, 'x', 2, 21 FROM north.administration WHERE academic_year = 2024 LIMIT 1",
		stderr => \$error);
	like($error, qr/балл 21 больше максимального 20/,
		"$format: its guards are on");
	is(contents('south', $copy), $before{south}, "$format: the other one is as it was");
}

# Dropping the extension.
my $error;
isnt($node->psql($db, 'DROP EXTENSION shnor', stderr => \$error), 0,
	'dropping the extension is refused while a warehouse stands');
like($error, qr/cannot drop extension shnor because other objects depend on it/,
	'and says why');
is(contents('north'), $before{north}, 'nothing is lost');

$node->safe_psql($db, 'CREATE DATABASE forced TEMPLATE copy_plain');
$node->safe_psql('forced', 'SET client_min_messages = warning; DROP EXTENSION shnor CASCADE');
# The columns that are left, table by table, compared with the database that
# kept the extension.
my $tables = $node->safe_psql(
	'forced', q{
	SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
	FROM pg_class AS c
	JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'north'::regnamespace AND c.relkind IN ('r', 'p')
	GROUP BY c.oid, c.relname ORDER BY c.relname});
my %seen;
for my $line (split /\n/, $tables)
{
	my ($table, $columns) = split /\|/, $line;
	my $sum = "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")) FROM (SELECT $columns FROM north.$table) AS t";
	$seen{$table} = $node->safe_psql('forced', $sum) eq $node->safe_psql('copy_plain', $sum);
}
is(join(' ', grep { !$seen{$_} } sort keys %seen),
	'', 'forced, it loses no row of any table');
is( $node->safe_psql('forced', 'SELECT count(*) FROM north.result'),
	'200', 'of the results neither');
is( join(' ', grep { !exists $seen{$_} }
		qw(administration assessment_outcome cycle import_file import_reject result result_2022 result_2023 result_summary rule_set school school_outcome)),
	'', 'nor any table');

$node->safe_psql('postgres', q(CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'));
$node->safe_psql('ascii', 'CREATE EXTENSION shnor');
my (undef, undef, $refusal) = $node->psql('ascii', 'CALL shnor.create_warehouse()');
like($refusal, qr/a warehouse needs a database in UTF8.*SQL_ASCII/s, 'a database of another encoding is refused');

$node->stop;
done_testing();
