# A backend killed in the middle of an import leaves nothing of it; the import
# repeated does all of it.
use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->start;

$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION shnor;
	CALL shnor.create_warehouse();
	SET search_path = monitoring, shnor;
	INSERT INTO region (code, name) VALUES ('1', 'Регион');
	INSERT INTO municipality (region_id, code, name) VALUES (1, '1', 'Район');
	INSERT INTO school (municipality_id, name) VALUES (1, 'Школа');
	INSERT INTO school_code (school_id, kind, code) VALUES (1, 'local', '1');
	SELECT open_year(2023);
	SELECT open_administration(2023, 'vpr', 'math', 5, max_score => 20);
	-- rejects are written after the results: the import stops between
	CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql
	AS 'BEGIN PERFORM pg_sleep(600); RETURN NULL; END';
	CREATE TRIGGER wait AFTER INSERT ON import_reject
	FOR EACH STATEMENT EXECUTE FUNCTION public.wait()});

# A file of 1,000 results, the last of them refused, in either way of importing.
my %import = (
	import_results => q{
	SET search_path = monitoring, shnor;
	DO $$
	BEGIN
		PERFORM open_staging();
		INSERT INTO import_staging (academic_year, exam, subject, grade, school_code_kind, school_code, participant, mark)
		SELECT '2023', 'vpr', 'math', '5', 'local', '1', 'r' || n, CASE WHEN n < 1000 THEN '3' ELSE '6' END
		FROM generate_series(1, 1000) AS n;
	END
	$$;
	SELECT rows_stored, rows_rejected FROM import_results('f');
},
	import_file => q{
	SET search_path = monitoring, shnor;
	DO $$
	BEGIN
		PERFORM open_lines();
		INSERT INTO import_line (raw)
		SELECT 'academic_year;exam;subject;grade;school_code_kind;school_code;participant;mark'
		UNION ALL
		SELECT format('2023;vpr;math;5;local;1;f%s;%s', n, CASE WHEN n < 1000 THEN 3 ELSE 6 END)
		FROM generate_series(1, 1000) AS n;
	END
	$$;
	SELECT rows_stored, rows_rejected FROM import_file('g');
});
my $state = q{SET search_path = monitoring;
	SELECT (SELECT count(*) FROM result), (SELECT count(*) FROM import_file), (SELECT count(*) FROM import_reject)};
my $born = q{(SELECT backend_start FROM pg_stat_activity WHERE backend_type = 'checkpointer')};

sub kill_in_the_middle
{
	my ($call) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir . "/$call.sql";
	my ($out, $err) = ('', '');
	my $in_the_middle = qq{FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query ~ '$call'};

	append_to_file($file, $import{$call});
	my $psql = IPC::Run::start(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', $file ],
		'>', \$out, '2>', \$err);
	ok( $node->poll_query_until('postgres', "SELECT count(*) = 1 $in_the_middle"),
		"$call is in its middle");
	my $before = $node->safe_psql('postgres', "SELECT $born");
	kill 'KILL', $node->safe_psql('postgres', "SELECT pid $in_the_middle");
	$psql->finish;
	isnt($psql->result(0), 0, 'its backend was killed');
	ok($node->poll_query_until('postgres', "SELECT $born > '$before'"),
		'the server restarted its processes');
	is($node->safe_psql('postgres', $state), '0|0|0', 'nothing of the import is left');
	return;
}

kill_in_the_middle($_) foreach sort keys %import;
$node->safe_psql('postgres', 'DROP TRIGGER wait ON monitoring.import_reject');
my $files = 0;
foreach my $call (sort keys %import)
{
	$files++;
	my $stored = 999 * $files;
	is($node->safe_psql('postgres', $import{$call}), '999|1', "$call, repeated, does all");
	is($node->safe_psql('postgres', $state), "$stored|$files|$files", 'once');
	is($node->safe_psql('postgres', 'SET client_min_messages = warning;' . $import{$call}), '999|1',
		'and again, nothing more');
	is($node->safe_psql('postgres', $state), "$stored|$files|$files", 'as it was');
}

$node->stop;
done_testing();
