# The programs people read the warehouse with, against the demo region: what
# Metabase asks through JDBC, the model Cube generates, an export opened as a
# spreadsheet opens it, and the queries of doc/metabase.ru.md. A client that is
# not installed is skipped with a word. Timings are printed and decide nothing.
use strict;
use warnings;

use Encode qw(decode encode);
use File::Basename qw(dirname);
use File::Spec;
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = File::Spec->rel2abs(dirname(__FILE__) . '/../..');
my $dir = PostgreSQL::Test::Utils::tempdir();
my @star = qw(dim_school dim_assessment dim_year fact_assessment_outcome fact_school_outcome fact_deadline
  fact_marker);

# Runs a program; returns its status, output and errors.
sub run_program
{
	my (@command) = @_;
	my ($out, $err) = ('', '');
	my $done = eval { IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>', \$err) };
	return ($done ? 0 : 1, $out, $err . ($@ // ''));
}

sub first_file
{
	return (grep { -e $_ } @_)[0];
}

sub program
{
	my ($name) = @_;
	return first_file(map { "$_/$name" } split /:/, $ENV{PATH});
}

# The programs connect through TCP, as they do from another machine.
my $node = PostgreSQL::Test::Cluster->new('bi');
$node->init(extra => [ '--encoding=UTF8', '--locale=C', '--lc-ctype=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$node->start;
my $port = $node->port;
my $psql = $node->installed_command('psql');
local $ENV{PGCLIENTENCODING} = 'UTF8';
{
	my ($status, $out, $err) =
	  run_program($psql, '-X', '-q', '-d', $node->connstr('postgres'), '-f', "$top/demo/run.sql");
	is($status, 0, 'the demo region is made') or BAIL_OUT($err);
	my ($shown) = slurp_file("$top/README.md") =~ /^```text demo\n(.*?)^```/ms;
	ok(index($out, $shown // 'none') >= 0, 'it prints what README.md shows of it');
}

# The role as the document sets it up.
my $document = slurp_file("$top/doc/metabase.ru.md");
my ($admin) = $document =~ /^```sql admin\n(.*?)^```/ms;
{
	my $roles = slurp_file("$top/sql/shnor_roles.sql");
	$node->safe_psql('postgres', "$roles; SET search_path = monitoring, shnor; SELECT grant_roles(); $admin");
	# As autovacuum would have by the time anybody reads.
	$node->safe_psql('postgres', 'ANALYZE');
}

# Runs input of psql as that role in the temporary directory; returns what it
# printed and its errors.
sub as_metabase
{
	my ($sql) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run(
		[ $psql, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-U', 'metabase' ],
		'<', \$sql, '>', \$out, '2>', \$err,
		init => sub { chdir $dir or die "cannot enter $dir: $!" });
	return ($out, $err);
}

# Metabase and other programs in Java
my $jdbc = first_file('/usr/share/java/postgresql.jar', '/usr/share/java/postgresql-jdbc.jar');
my $java = program('java');
SKIP:
{
	skip 'JDBC: no java', 1 unless $java;
	skip 'JDBC: no libpostgresql-jdbc-java', 1 unless $jdbc;
	my ($status, $out, $err) = run_program($java, '-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', $jdbc, "$top/test/client/Sync.java",
		"jdbc:postgresql://127.0.0.1:$port/postgres", 'metabase', 'monitoring');
	skip 'JDBC: this java compiles nothing, a JDK is needed', 1 if $err =~ /jdk\.compiler|source launcher/i;
	is($status, 0, 'JDBC: no call and no query fails') or diag($err);
	my %lines;
	push @{ $lines{ $_->[0] } }, $_ for map { [ split /\t/, $_, -1 ] } split /\n/, decode('UTF-8', $out);

	my @relations = map { $_->[1] } @{ $lines{relation} };
	my %relation = map { $_ => 1 } @relations;
	is(join(' ', grep { !$relation{$_} } @star), '', 'JDBC: the star is there');
	is(join(' ', grep { /^(result.*|import_.*|participant_secret|published_group)$/ } @relations), '', 'JDBC: no pupil is');
	is(join(' ', map { $_->[1] } grep { $_->[3] !~ /\p{Cyrillic}/ } @{ $lines{relation} }),
		'', 'JDBC: every relation has a description');
	cmp_ok(scalar @{ $lines{column} }, '>', 200, 'JDBC: there are columns to look at');
	is(join(' ', map { "$_->[1].$_->[2]" } grep { $_->[5] !~ /\p{Cyrillic}/ } @{ $lines{column} }),
		'', 'JDBC: every column has a description');
	is( join(' ', map { "$_->[1].$_->[2]:$_->[4]" }
			  grep { $_->[4] !~ /^(VARCHAR|INTEGER|BIGINT|NUMERIC|DOUBLE|SMALLINT|BIT|DATE|TIMESTAMP)$/ } @{ $lines{column} }),
		'', 'JDBC: every column has a type every program knows');
	my %key = map { $_->[1] => $_->[2] } grep { $_->[6] eq 'key' } @{ $lines{column} };
	is(join(' ', map { $_ . '.' . ($key{$_} // 'none') } @star), join(' ', map { "$_.id" } @star),
		'JDBC: Metabase takes "id" for the key');
	diag(sprintf 'JDBC: %s: %d queries, %d rows, slowest %s ms (%s)', @{$_}[ 1 .. 5 ]) for @{ $lines{step} };
	diag(sprintf 'JDBC: slow: %s of %s: %s ms', @{$_}[ 1 .. 3 ]) for @{ $lines{slow} };
}

# Cube, from the folder that SHNOR_CUBE names or, where npm is, installed here
SKIP:
{
	my $modules = $ENV{SHNOR_CUBE} || "$dir/cube";
	my $nodejs = program('node');
	my ($status, $out, $err);
	skip 'Cube: no node', 1 unless $nodejs;
	if (!-d "$modules/node_modules")
	{
		skip 'Cube: no npm', 1 unless program('npm');
		mkdir $modules;
		($status) = run_program('npm', 'install', '--prefix', $modules, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts',
			'--fetch-retries=1', '--fetch-timeout=30000', map { "\@cubejs-backend/$_\@1" } qw(postgres-driver schema-compiler));
		skip 'Cube: npm could not install it', 1 if $status;
	}
	($status, $out, $err) = run_program($nodejs, "$top/test/client/cube.js", $modules, $port, 'metabase', 'monitoring', @star);
	is($status, 0, 'Cube: the model is generated, compiled and queried') or diag($err);
	# Cube may print remarks of its own first.
	my $cube = JSON::PP->new->utf8->decode($out =~ /^(\{.*)/m);

	is( join("\n", @{ $cube->{joins} }),
		join("\n",
			'fact_assessment_outcome.dim_assessment_id = dim_assessment.id',
			'fact_assessment_outcome.dim_school_id = dim_school.id',
			'fact_assessment_outcome.dim_year_id = dim_year.id',
			'fact_deadline.dim_school_id = dim_school.id',
			'fact_deadline.dim_year_id = dim_year.id',
			'fact_marker.dim_assessment_id = dim_assessment.id',
			'fact_marker.dim_school_id = dim_school.id',
			'fact_marker.dim_year_id = dim_year.id',
			'fact_school_outcome.dim_school_id = dim_school.id',
			'fact_school_outcome.dim_year_id = dim_year.id'),
		'Cube: the joins are found by the names');
	is(join(' ', sort keys %{ $cube->{keys} }), join(' ', sort @star), 'Cube: every cube has its key');
	my ($wanted) = as_metabase(q{\pset format unaligned
		\pset tuples_only on
		SELECT s.municipality, y.name, sum(f.participant_count), sum(f.failed_count), sum(f.low_count)
		FROM fact_assessment_outcome AS f
		JOIN dim_school AS s ON s.id = f.dim_school_id
		JOIN dim_year AS y ON y.id = f.dim_year_id
		GROUP BY s.municipality, y.name});
	cmp_ok(scalar(split /\n/, $wanted), '>', 100, 'Cube: there are municipalities and years to compare');
	is(encode('UTF-8', join("\n", sort @{ $cube->{rows} })), join("\n", sort split /\n/, $wanted),
		'Cube: three measures by municipality and year are those of SQL');
	diag(encode('UTF-8', "Cube: $_")) for @{ $cube->{notes} };
}

# A spreadsheet: bytes that say they are UTF-8, semicolons, commas in numbers
{
	my ($script) = $document =~ /^```sql list\.csv\n(.*?)^```/ms;
	my (undef, $err) = as_metabase($script // '');
	is($err, '', 'CSV: the export runs');
	my $csv = slurp_file("$dir/list.csv");
	ok($csv =~ s/\A\xEF\xBB\xBF//, 'CSV: it begins with the mark of UTF-8');
	my @lines = split /\n/, decode('UTF-8', $csv, Encode::FB_CROAK);
	like($lines[0], qr/^\p{Cyrillic}[^;]+;\p{Cyrillic}/, 'CSV: the titles are Russian');
	my ($listed) = as_metabase("\\pset tuples_only on\nSELECT count(*) FROM shnor_list");
	is(@lines - 1, $listed + 0, 'CSV: every school of the list is a line');
	is(scalar(grep { /;\d+\.\d/ } @lines), 0, 'CSV: no number has a point that a spreadsheet would take for a date');

	my $office = program('soffice') // program('libreoffice');
  SKIP:
	{
		skip 'spreadsheet: no LibreOffice', 1 unless $office;
		# What its window offers of itself for this file under Russian settings:
		# semicolons, quotes, UTF-8, from the first line, Russian numbers.
		my (undef, undef, $failed) = run_program('timeout', 120, $office, '--headless', "-env:UserInstallation=file://$dir/office",
			'--infilter=CSV:59,34,76,1,,1049,false,true', '--convert-to', 'fods', '--outdir', $dir, "$dir/list.csv");
		my $sheet = -e "$dir/list.fods" ? decode('UTF-8', slurp_file("$dir/list.fods")) : '';
		my @rows = map { [ m{<table:table-cell[^>]*?(?:office:value="([^"]*)"[^>]*)?>\s*<text:p>([^<]*)<}g ] }
		  $sheet =~ m{<table:table-row.*?>(.*?)</table:table-row>}gs;
		is(join(';', grep { defined } @{ $rows[0] // [] }), $lines[0], 'spreadsheet: LibreOffice shows the titles') or diag($failed);
		is(scalar @rows, scalar @lines, 'spreadsheet: and every line');
		my ($share) = $lines[1] =~ /([\d,]+)$/;
		is($rows[1] && $rows[1][-2], $share =~ s/,/./r, 'spreadsheet: a share is a number');
	}
}

# The ready questions
{
	my @questions = $document =~ /^```sql\n(.*?)^```/msg;
	cmp_ok(scalar @questions, '>=', 5, 'doc/metabase.ru.md has five ready questions');
	for my $i (1 .. @questions)
	{
		my ($out, $err) = as_metabase("\\timing\n$questions[ $i - 1 ]");
		is($err, '', "question $i: runs");
		like($out, qr/^\([1-9]\d* rows?\)/m, "question $i: shows something");
		diag("question $i: $1 in $2") if $out =~ /\((\d+ rows?)\)\s+Time: (\S+ ms)/;
	}
}

$node->stop;
done_testing();
