# Jobs: by pg_cron every minute as a role that is no superuser, failures and all;
# by any other scheduler the same call; two at once; one that is killed.
use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my ($sharedir) = PostgreSQL::Test::Utils::run_command([ 'pg_config', '--sharedir' ]);
my $has_cron = -e "$sharedir/extension/pg_cron.control";
$node->append_conf('postgresql.conf', "lc_messages = 'C'");
$node->append_conf('postgresql.conf',
	"shared_preload_libraries = 'pg_cron'\ncron.database_name = 'postgres'\ncron.host = '" . $node->host . "'") if $has_cron;
$node->start;

# A warehouse whose owner is another than who runs jobs; three schools, two
# subjects, two pupils of ten fail in the first school.
my $top = PostgreSQL::Test::Utils::slurp_file('sql/shnor_roles.sql');
$node->safe_psql('postgres', "$top CREATE ROLE planner LOGIN IN ROLE shnor_admin; CREATE ROLE loader LOGIN IN ROLE shnor_loader; CREATE ROLE reader LOGIN IN ROLE shnor_reader");
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION shnor;
	CALL shnor.create_warehouse();
	SET search_path = monitoring, shnor;
	SELECT grant_roles();
	INSERT INTO region (code, name) VALUES ('1', 'Регион');
	INSERT INTO municipality (region_id, code, name) VALUES (1, '1', 'Район');
	INSERT INTO school (municipality_id, name) SELECT 1, 'Школа ' || n FROM generate_series(1, 3) AS n;
	INSERT INTO school_code (school_id, kind, code) SELECT school_id, 'local', school_id FROM school;
	SELECT open_year(2023);
	SELECT open_administration(2023, 'vpr', s, 5, max_score => 20) FROM unnest(ARRAY['math', 'rus']) AS s});

sub as
{
	my ($role, $sql) = @_;
	my ($out, $err);
	my $status = $node->psql('postgres', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-U', $role ]);
	return wantarray ? ($status, $out, $err) : $out;
}

# Imports a file in which so many pupils of school 1 fail.
sub import_file
{
	my ($failing) = @_;
	my ($status, undef, $err) = as('loader', qq{
		SET search_path = monitoring, shnor;
		SELECT open_staging();
		INSERT INTO import_staging (academic_year, exam, subject, grade, school_code_kind, school_code, participant, score, mark)
		SELECT '2023', 'vpr', v, '5', 'local', s, 'p' || n, n, CASE WHEN s = 1 AND n <= $failing THEN '2' ELSE '4' END
		FROM generate_series(1, 3) AS s, generate_series(1, 10) AS n, unnest(ARRAY['math', 'rus']) AS v;
		SELECT import_results('f.csv')});
	die $err if $status;
	return;
}

my $runs = 0;

# The runs recorded since the last call: job, outcome and role of each.
sub recorded
{
	my $rows = $node->safe_psql('postgres', "SELECT job, outcome, run_by, coalesce(error_state, '-') FROM monitoring.job_run WHERE job_run_id > $runs ORDER BY job_run_id");
	$runs = $node->safe_psql('postgres', 'SELECT max(job_run_id) FROM monitoring.job_run');
	return $rows;
}

# Without pg_cron.
my ($status, $out, $err) = as('planner', 'SELECT monitoring.schedule_cycle()');
isnt($status, 0, 'no schedule without pg_cron');
like($err, qr/в этой базе нет расширения pg_cron/, 'it says so');
like($err, qr/postgresql-\d+-cron.*shared_preload_libraries = 'pg_cron', cron\.database_name = 'postgres'.*CREATE EXTENSION pg_cron.*CALL monitoring\.run_job\(\)/s,
	'and what to install, or to do instead');

($status, $out, $err) = as('planner', 'CALL monitoring.run_job()');
is($status, 0, 'all jobs run with nothing to do') or diag($err);
is(recorded(), "checks|nothing|planner|-\ncycle|nothing|planner|-\ndeadlines|nothing|planner|-\nretention|nothing|planner|-", 'and say so');
import_file(4);
($status, $out, $err) = as('planner', 'CALL monitoring.run_job()');
is($status, 0, 'results came') or diag($err);
is(recorded(), "checks|done|planner|-\ncycle|done|planner|-\ndeadlines|nothing|planner|-\nretention|nothing|planner|-", 'a cycle is run');
is(as('reader', 'SELECT school_id FROM monitoring.shnor_list'), '1', 'and the list is there');
is($node->safe_psql('postgres', 'SELECT count(*) > 5 FROM monitoring.data_check_found'), 't', 'what checks found is kept');
as('planner', q{CALL monitoring.run_job('cycle')});
is(recorded(), 'cycle|nothing|planner|-', 'nothing new, nothing to do');
import_file(2);
as('planner', q{CALL monitoring.run_job('cycle')});
is(recorded(), 'cycle|done|planner|-', 'a corrected file is new');

# Failure.
$node->safe_psql('postgres', 'UPDATE monitoring.rule_set SET is_automatic = false');
import_file(5);
($status, $out, $err) = as('planner', 'CALL monitoring.run_job()');
isnt($status, 0, 'a failure is told to the caller');
like($err, qr/задание не выполнено: cycle: набор правил не найден/, 'in words');
is(recorded(), "checks|done|planner|-\ncycle|failed|planner|P0002\ndeadlines|nothing|planner|-\nretention|nothing|planner|-", 'and recorded; the other jobs are done');
is(as('reader', q{SELECT failures_since, error_text ~ 'набор правил не найден.*Известны наборы' FROM monitoring.job_status WHERE job = 'cycle'}),
	'1|t', 'with the way out');
$node->safe_psql('postgres', q{UPDATE monitoring.rule_set SET is_automatic = true WHERE code = 'plan_2024'});
as('planner', q{CALL monitoring.run_job('cycle')});
is(recorded(), 'cycle|done|planner|-', 'the next run succeeds');
is(as('reader', q{SELECT failures_since, outcome FROM monitoring.job_status WHERE job = 'cycle'}), '0|done', 'and clears the count');
like((as('planner', q{CALL monitoring.run_job('monday')}))[2], qr/нет такого задания/, 'no such job');
like((as('planner', q{BEGIN; CALL monitoring.run_job('cycle')}))[2], qr/invalid transaction termination/, 'not inside a transaction');
like((as('reader', q{CALL monitoring.run_job('cycle')}))[2], qr/permission denied/, 'not by a reader');
import_file(6);
($status, $out, $err) = as('planner', q{SET statement_timeout = '1ms'; CALL monitoring.run_job('cycle')});
my $cancelled = $node->safe_psql('postgres', q{SELECT string_agg(outcome || coalesce(error_state, ''), ' ') FROM monitoring.job_run WHERE job_run_id > } . $runs);
like($cancelled, qr/^(failed57014)?$/, 'a cancelled job is a failed one, unless it was cancelled before it began');
recorded();

# Two at once: another session keeps the first one waiting.
my ($keeper_in, $keeper_out) = ("BEGIN; LOCK TABLE monitoring.rule_set;\n\\echo locked\n", '');
my $keeper = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres') ], '<', \$keeper_in, '>', \$keeper_out);
$keeper->pump until $keeper_out =~ /locked/;
my @first = ('psql', '-X', '-q', '-U', 'planner', '-d', $node->connstr('postgres'), '-c', q{CALL monitoring.run_job('cycle')});
my $waiting = q{SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'planner' AND wait_event_type = 'Lock'};
my $first = IPC::Run::start(\@first, '>', \my $first_out, '2>', \my $first_err);
$node->poll_query_until('postgres', $waiting) or die 'the first run does not wait';
as('planner', q{CALL monitoring.run_job('cycle')});
is($node->safe_psql('postgres', "SELECT job, outcome, finished_at IS NOT NULL, details FROM monitoring.job_run WHERE job_run_id > $runs ORDER BY 1, job_run_id"),
	"cycle|running|f|\ncycle|skipped|t|такое же задание ещё выполняется", 'the second of two steps aside');
as('planner', q{CALL monitoring.run_job('retention')});
$keeper_in .= "COMMIT;\n\\echo committed\n";
$keeper->pump until $keeper_out =~ /committed/;
$first->finish;
is(recorded(), "cycle|done|planner|-\ncycle|skipped|planner|-\nretention|nothing|planner|-", 'the first one is done, other jobs are not kept waiting');

# Killed in the middle.
import_file(7);
$keeper_in .= "BEGIN; LOCK TABLE monitoring.rule_set;\n\\echo again\n";
$keeper->pump until $keeper_out =~ /again/;
$first = IPC::Run::start(\@first, '>', \$first_out, '2>', \$first_err);
$node->poll_query_until('postgres', $waiting) or die 'the run does not wait';
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'planner'});
$first->finish;
$keeper_in .= "COMMIT;\n\\q\n";
$keeper->finish;
as('planner', q{CALL monitoring.run_job('cycle')});
is(recorded(), "cycle|lost|planner|-\ncycle|done|planner|-", 'a run that was killed is known for lost, and does not stop the next');

# Retention.
$node->safe_psql(
	'postgres', q{
	SET search_path = monitoring, shnor;
	INSERT INTO import_reject (import_file_id, line, row_text, reason) SELECT import_file_id, 1, 'x', 'y' FROM import_file;
	UPDATE import_file SET imported_at = now() - interval '1101 days' WHERE version = 1;
	UPDATE job_run SET started_at = now() - interval '401 days' WHERE job_run_id = 1});
as('planner', q{CALL monitoring.run_job('retention')});
is($node->safe_psql('postgres', 'SELECT details FROM monitoring.job_run ORDER BY job_run_id DESC LIMIT 1'),
	'удалено отклонённых строк файлов 1, записей о заданиях 1', 'what is old goes, what is not stays');
is($node->safe_psql('postgres', 'SELECT count(*) = (SELECT count(*) - 1 FROM monitoring.import_file) FROM monitoring.import_reject'), 't', 'row by row');

SKIP:
{
	skip 'pg_cron is not installed', 16 if !$has_cron;

	# Every minute, or faster where pg_cron can.
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
	my $schedule = $node->safe_psql('postgres', q{SELECT CASE WHEN split_part(extversion, '.', 2)::numeric >= 5 THEN '5 seconds' ELSE '* * * * *' END
		FROM (SELECT regexp_replace(extversion, '-.*', '') AS extversion FROM pg_extension WHERE extname = 'pg_cron') AS e});
	like((as('planner', 'SELECT monitoring.schedule_cycle()'))[2], qr/роли planner нельзя пользоваться pg_cron.*GRANT USAGE ON SCHEMA cron TO shnor_admin/s,
		'who may not use pg_cron is told what is missing');
	$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA cron TO shnor_admin');
	like((as($node->safe_psql('postgres', 'SELECT current_user'), 'SELECT monitoring.schedule_cycle()'))[2], qr/задания не ставят от имени роли/, 'a superuser schedules nothing');
	like((as('planner', 'SET ROLE shnor_admin; SELECT monitoring.schedule_cycle()'))[2], qr/задания не ставят от имени роли shnor_admin/, 'nor who cannot log in');
	like((as('planner', q{SELECT monitoring.schedule_cycle('* * * * *', 'monday')}))[2], qr/нет такого задания/, 'no job of that name');

	$node->safe_psql('postgres', 'UPDATE monitoring.rule_set SET is_automatic = false');
	import_file(3);
	recorded();
	like(as('planner', "SELECT monitoring.schedule_cycle('$schedule', 'cycle')"), qr/^\d+$/, "scheduled: $schedule");
	is(as('planner', 'SELECT jobname, command, username FROM cron.job'), q{monitoring_cycle|CALL monitoring.run_job('cycle')|planner}, 'a named job');
	like(as('planner', "SELECT monitoring.schedule_cycle('$schedule', 'cycle')"), qr/^\d+$/, 'again');
	is(as('planner', 'SELECT count(*) FROM cron.job'), '1', 'replaces it');
	my $seen = "SELECT count(*) > 0 FROM monitoring.job_run WHERE job_run_id > $runs AND outcome = ";
	ok($node->poll_query_until('postgres', "$seen 'failed'"), 'pg_cron runs it; a broken rule set makes it fail');
	is($node->safe_psql('postgres', "SELECT DISTINCT run_by, error_state, error_text ~ 'набор правил не найден' FROM monitoring.job_run WHERE job_run_id > $runs"),
		'planner|P0002|t', 'which is recorded, with the role that is no superuser');
	is($node->safe_psql('postgres', q{SELECT rolsuper FROM pg_roles WHERE rolname = 'planner'}), 'f', 'indeed none');
	is($node->safe_psql('postgres', q{SELECT count(*) > 0 FROM cron.job_run_details WHERE status = 'failed' AND return_message ~ 'задание не выполнено'}), 't', 'pg_cron knows too');
	$node->safe_psql('postgres', q{UPDATE monitoring.rule_set SET is_automatic = true WHERE code = 'plan_2024'});
	ok($node->poll_query_until('postgres', "$seen 'done'"), 'the next run succeeds');
	is(as('reader', q{SELECT run_by FROM monitoring.cycle_summary WHERE is_current}), 'planner', 'and has made the current cycle');
	is(as('planner', 'SELECT monitoring.unschedule()'), '1', 'unscheduled');
	is(as('planner', 'SELECT count(*) FROM cron.job'), '0', 'and gone');
}

$node->stop;
done_testing();
