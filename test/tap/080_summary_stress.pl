# Eight connections that insert, correct, move, delete and roll back results at
# random: summaries are in step with the results afterwards, and also when the
# server was killed in the middle. STRESS_SECONDS is how long each of the two
# runs lasts (5), SEED what they begin with (1).
use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{STRESS_SECONDS} || 5;
my $seed = $ENV{SEED} || 1;
my $clients = 8;
diag("seed $seed, $seconds s");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "max_connections = 40\ndeadlock_timeout = 50ms\nshared_buffers = 128MB");
$node->start;

# Administrations 1 to 3 are of 2022, 4 to 6 of 2023.
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION shnor;
	CALL shnor.create_warehouse();
	SET search_path = monitoring, shnor;
	INSERT INTO region (code, name) VALUES ('1', 'Регион');
	INSERT INTO municipality (region_id, code, name) VALUES (1, '1', 'Район');
	INSERT INTO school (municipality_id, name) SELECT 1, 'Школа ' || n FROM generate_series(1, 5) AS n;
	INSERT INTO import_file (file_name, version, fingerprint, rows_read, rows_stored, rows_replaced, rows_unchanged, rows_rejected, rows_withdrawn)
	SELECT 'f' || n, 1, repeat('0', 64), 0, 0, 0, 0, 0, 0 FROM generate_series(1, 4) AS n;
	DO $$
	BEGIN
		PERFORM open_year(y) FROM generate_series(2022, 2023) AS y;
		PERFORM open_administration(y, 'vpr', s, g, max_score => 40, min_score => 10)
		FROM generate_series(2022, 2023) AS y, (VALUES ('math', 5), ('rus', 5), ('math', 4)) AS v (s, g)
		ORDER BY y;
	END
	$$;
	CREATE VIEW public.wrong AS SELECT * FROM monitoring.verify_summaries();
	-- the same in plain SQL
	CREATE VIEW public.miscounted AS
	SELECT academic_year, administration_id, school_id FROM (
		SELECT academic_year, administration_id, school_id, count(*) AS results, count(*) FILTER (WHERE attempt = 1) AS participants,
			count(*) FILTER (WHERE attempt = 1 AND CASE fail_by WHEN 'mark' THEN mark = 2 ELSE score < min_score END) AS failed
		FROM result JOIN administration USING (administration_id, academic_year)
		GROUP BY academic_year, administration_id, school_id) AS c
	FULL JOIN school_summary AS s USING (academic_year, administration_id, school_id)
	WHERE (c.results, c.participants, c.failed) IS DISTINCT FROM (s.results::bigint, s.participants::bigint, s.failed::bigint)});

# What one transaction is, and how often; the number of its statements. :a and
# :b are administrations of the years :y and :z, the rest random numbers.
my $columns = '(administration_id, school_id, academic_year, import_file_id, participant, attempt, class, score, mark, journal_mark)';
my $rows = q{SELECT 1 + (:a + i * :r) % 6, 1 + (:s + i / 3) % 5, 2022 + (:a + i * :r) % 6 / 3, nullif((i + :r) % 5, 0), 'p' || (:n + i * 7) % 200,
	1 + (i + :r) % 4 / 3, '5' || (:c + i) % 4, (:r + i * 3) % 41, 2 + (:r + i) % 4, 2 + i % 4
	FROM generate_series(1, :k) AS i};
my $here = 'administration_id = :a AND school_id = :s';
my $new_code = q{'m' || left(md5(participant || ':r'), 20)};
my $first = "INSERT INTO result $columns VALUES (:a, :s, :y, NULL, 'p:n', 1, '5:c', :r % 41, :m, 3) ON CONFLICT DO NOTHING;\n";
my @work = (
	[ 8, 1, $first ],
	[ 4, 1, "INSERT INTO result_:y $columns VALUES (:a, :s, :y, 1, 'p:n', :t, '5:c', :r % 41, :m, NULL) ON CONFLICT DO NOTHING;\n" ],
	[ 6, 1, "INSERT INTO result $columns $rows ON CONFLICT DO NOTHING;\n" ],
	[ 4, 1, "INSERT INTO result AS r $columns $rows
		ON CONFLICT (administration_id, school_id, participant, attempt, academic_year)
		DO UPDATE SET score = excluded.score, mark = excluded.mark, class = excluded.class, import_file_id = excluded.import_file_id;\n" ],
	[ 3, 1, "COPY result $columns FROM PROGRAM 'seq -f \":a,:s,:y,2,c:client_id-:u-%g,1,5:c,:c,:m,4\" :k' (FORMAT csv);\n" ],
	[ 6, 1, "UPDATE result SET score = :r % 41, mark = :m WHERE $here AND participant LIKE '%:c';\n" ],
	[ 3, 1, "UPDATE result_:y SET class = '5:m', import_file_id = :t WHERE $here AND participant LIKE '%:c';\n" ],
	[ 2, 1, "UPDATE result SET import_file_id = :t WHERE $here;\n" ],
	[ 2, 1, "UPDATE result SET school_id = 6 - school_id, participant = $new_code WHERE $here AND participant LIKE '%:c';\n" ],
	[ 2, 1, "UPDATE result SET administration_id = :b, academic_year = :z, participant = $new_code WHERE $here AND participant LIKE '%:c';\n" ],
	[ 4, 1, "DELETE FROM result WHERE $here AND length(participant) % 3 = :c % 3;\n" ],
	[ 1, 1, "DELETE FROM result WHERE $here;\n" ],
	[ 3, 1, "MERGE INTO result AS r USING ($rows) AS n $columns
		ON (r.administration_id, r.school_id, r.academic_year, r.participant, r.attempt) = (n.administration_id, n.school_id, n.academic_year, n.participant, n.attempt)
		WHEN MATCHED AND r.mark = 2 THEN DELETE WHEN MATCHED THEN UPDATE SET mark = n.mark;\n" ],
	# a correction: the class again, with a part that is thought better of
	[ 4, 6, "BEGIN;\nDELETE FROM result WHERE $here AND class = '5:c';\n$first" . "SAVEPOINT s;\nUPDATE result SET mark = 2 WHERE $here;\nROLLBACK TO s;\nCOMMIT;\n" ],
	# re-sits of who failed, then a late first attempt
	[ 4, 4, "BEGIN;\nINSERT INTO result $columns SELECT administration_id, school_id, academic_year, 3, participant, 2, class, :r % 41, :m, journal_mark
		FROM result WHERE $here AND attempt = 1 AND mark = 2 ON CONFLICT DO NOTHING;\n$first" . "COMMIT;\n" ],
	[ 3, 4, "BEGIN;\nINSERT INTO result $columns $rows ON CONFLICT DO NOTHING;\nUPDATE result SET mark = 5 WHERE $here;\nROLLBACK;\n" ],
	[ 3, 4, "BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT count(*) FROM result WHERE $here;\nUPDATE result SET mark = :m WHERE $here AND attempt = 1;\nCOMMIT;\n" ],
	[ 1, 1, "UPDATE administration SET fail_by = CASE :c % 2 WHEN 0 THEN 'mark' ELSE 'min_score' END, min_score = :m * 5 WHERE administration_id = :a;\n" ],
	[ 1, 1, "SELECT rebuild_summaries(:y);\n" ]);

my $dir = PostgreSQL::Test::Utils::tempdir;
my ($weights, $weighted) = (0, 0);
my @files;
foreach my $i (0 .. $#work)
{
	my ($weight, $statements, $text) = @{ $work[$i] };
	$weights += $weight;
	$weighted += $weight * $statements;
	append_to_file("$dir/work$i.sql", <<"VARIABLES" . $text);
\\set a random(1, 6)
\\set b random(1, 6)
\\set y 2022 + (:a - 1) / 3
\\set z 2022 + (:b - 1) / 3
\\set s random(1, 5)
\\set n random(0, 199)
\\set c random(0, 3)
\\set t random(1, 3)
\\set m random(2, 5)
\\set k random(1, 30)
\\set r random(1, 1000000)
\\set u random(1, 1000000000)
VARIABLES
	push @files, '-f', "$dir/work$i.sql\@$weight";
}

sub start_work
{
	my ($time, $out) = @_;
	return IPC::Run::start(
		[ 'pgbench', '-n', '-c', $clients, '-j', 2, '-T', $time, '--random-seed', $seed, '--max-tries=1000', '--failures-detailed',
			@files, $node->connstr('postgres') ],
		'>', $out, '2>&1');
}

sub in_step
{
	my ($when) = @_;
	is($node->safe_psql('postgres', 'SELECT count(*) FROM monitoring.result') > 100 ? 'some' : 'none', 'some', "there are results $when");
	is($node->safe_psql('postgres', 'SELECT * FROM public.wrong'), '', "verify_summaries finds nothing $when");
	is($node->safe_psql('postgres', 'SELECT * FROM public.miscounted'), '', "neither does plain SQL $when");
	return;
}

$ENV{PGOPTIONS} = '-c search_path=monitoring,shnor';
my $out = '';
my $bench = start_work($seconds, \$out);
$bench->finish;
is($bench->result(0), 0, 'eight connections at work') or diag($out);
my ($tps) = $out =~ /^tps = ([\d.]+)/m;
my ($failed) = $out =~ /^number of failed transactions: (\d+)/m;
my ($retried) = $out =~ /^total number of retries: (\d+)/m;
cmp_ok($tps || 0, '>', 1, 'who got on with it');
is($failed, 0, 'and succeeded');
my $deadlocks = $node->safe_psql('postgres', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'});
diag(sprintf('%.0f statements a second; %d retries, %d of them of deadlocks; %d results, %d summaries of classes',
	($tps || 0) * $weighted / $weights, $retried // 0, $deadlocks,
	split /\|/, $node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM result), (SELECT count(*) FROM result_summary)')));
in_step('after it');

# Killed in the middle.
$seed++;
$bench = start_work($seconds + 30, \$out);
sleep($seconds);
my @pids = split /\n/, $node->safe_psql('postgres', 'SELECT pid FROM pg_stat_activity');
cmp_ok(scalar @pids, '>', $clients, 'the eight are at it again');
$node->kill9;
kill 'KILL', @pids;
$bench->finish;
isnt($bench->result(0), 0, 'the server was killed under them');
# what outlives the postmaster keeps its memory for a moment
for (1 .. 100)
{
	last unless kill 0, @pids;
	select undef, undef, undef, 0.1;
}
ok($node->start(fail_ok => 1), 'the server recovers');
in_step('after the recovery');
like($node->safe_psql('postgres', 'SELECT rebuild_summaries()'), qr/^0$/, 'nothing to repair');

$node->stop;
done_testing();
