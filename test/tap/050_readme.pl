# What README.md and the guides show is what a server does: their sql blocks run
# in order and print what the text block after them says. README.md and the
# documents that go on from it share a session, every guide has a server of its
# own. doc/reference.md names every public object, links lead somewhere, and
# the tables of data checks are those of the warehouse.
#
# Conventions of the documents:
#   ```csv NAME   a file of that name, put where psql runs
#   <!-- file: PATH -->  a line by itself: the repository's file PATH, put there
#                 under its own name
#   ```sql        input of psql; its output does not matter unless a text
#                 block follows at once
#   ```text       the exact output of the sql block before it, but for blanks
#                 at the end of lines; a line "..." stands for any lines; a
#                 text that begins with ERROR is the error the block must end
#                 with. Notices are not compared.
#   ```pgsql      input of psql that needs what the test has not: not run
use strict;
use warnings;

use Encode qw(decode encode);
use File::Basename qw(basename dirname);
use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# prove runs in the top directory, but nothing promises it will.
my $top = File::Spec->rel2abs(dirname(__FILE__) . '/../..');

# The document's blocks, in order: { lang, name, text, line }. A file of the
# repository is a block of language "file".
sub blocks
{
	my ($file) = @_;
	my (@found, $block);
	my $line = 0;

	open(my $in, '<', $file) or die "cannot open $file: $!";
	while (my $text = <$in>)
	{
		$line++;
		if ($block)
		{
			if ($text =~ /^```\s*$/)
			{
				push @found, $block;
				undef $block;
			}
			else
			{
				$block->{text} .= $text;
			}
		}
		elsif ($text =~ /^<!-- file: (\S+) -->$/)
		{
			push @found, { lang => 'file', name => $1, text => slurp_file("$top/$1"), line => $line };
		}
		elsif ($text =~ /^```(\w+) *(.*?)\s*$/)
		{
			$block = { lang => $1, name => $2, text => '', line => $line };
		}
	}
	close $in;
	die "$file: the block of line $block->{line} has no end" if $block;
	return @found;
}

# Without the blanks at the ends of lines and the empty lines at the end.
sub trimmed
{
	my ($text) = @_;
	$text =~ s/[ \t]+$//mg;
	$text =~ s/\s+\z//;
	return "$text\n";
}

# Whether got is what is wanted, a line "..." standing for any lines.
sub matches
{
	my ($got, $wanted) = @_;
	my $pattern = join '.*', map { quotemeta } split /^\.\.\.\n/m, trimmed($wanted), -1;
	return trimmed($got) =~ /\A$pattern\z/s;
}

# What a document tells to do in a shell before its first sql block; a dropped
# schema names a hundred objects in its notice.
my %prelude = ('doc/operations.md' => "CREATE EXTENSION shnor;\n\\i $top/sql/shnor_roles.sql\nSET client_min_messages = warning;\n");

# Runs the sql blocks of documents, one session through all of them, against a
# fresh server, in a directory that holds their files and csv blocks, and tests
# what each of them printed. Returns the server.
sub run_documents
{
	my @names = @_;
	my @blocks;
	for my $name (@names)
	{
		push @blocks, map { { %$_, document => $name } } blocks("$top/$name");
	}
	my $node = PostgreSQL::Test::Cluster->new($names[0] =~ s/\W/_/gr);
	my $dir = PostgreSQL::Test::Utils::tempdir();
	my (@steps, $out, $err);
	my $input = "\\set SHOW_CONTEXT never\n" . ($prelude{ $names[0] } // '');

	# Messages in English, Cyrillic letters known (pg_trgm needs them).
	$node->init(extra => [ '--encoding=UTF8', '--locale=C', '--lc-ctype=C.UTF-8' ]);
	$node->append_conf('postgresql.conf', "lc_messages = 'C'");
	$node->start;
	$node->safe_psql('postgres', 'CREATE DATABASE education');

	for my $i (0 .. $#blocks)
	{
		my $block = $blocks[$i];
		my $next = $blocks[ $i + 1 ];

		if ($block->{lang} =~ /^(csv|file)$/)
		{
			my $path = "$dir/" . basename($block->{name});
			open(my $copy, '>', $path) or die "cannot write $path: $!";
			binmode $copy;
			print $copy $block->{text};
			close $copy;
			next;
		}
		next if $block->{lang} ne 'sql';
		$block->{wanted} = $next->{text} if $next && $next->{lang} eq 'text';
		$block->{fails} = ($block->{wanted} // '') =~ /^ERROR/;

		# An unwanted error ends the session and leaves the later steps out.
		$input .= sprintf "\\set ON_ERROR_STOP %s\n%s\n", $block->{fails} ? 'off' : 'on', $block->{text};
		$input .= "\\echo === end of step\n\\warn === end of step\n";
		push @steps, $block;
	}

	local $ENV{PGCLIENTENCODING} = 'UTF8';
	my $psql = $node->installed_command('psql');
	IPC::Run::run(
		[ $psql, '-X', '-q', '-d', $node->connstr('education') ],
		'<', \$input, '>', \$out, '2>', \$err,
		init => sub { chdir $dir or die "cannot enter $dir: $!" });

	my @out = split /^=== end of step\n/m, $out, -1;
	my @err = split /^=== end of step\n/m, $err, -1;
	for my $i (0 .. $#steps)
	{
		my $step = $steps[$i];
		my $test = "$step->{document}, line $step->{line}";
		my $got = $out[$i] // '';
		my $errors = $err[$i] // '';

		# One closing marker for every step that ended.
		if ($i >= $#err)
		{
			fail("$test: runs");
			diag($i == $#err ? $errors : 'not reached');
			next;
		}
		$errors =~ s/^(NOTICE|WARNING): .*\n((DETAIL|HINT): .*\n)*//mg;
		$got = $errors if $step->{fails};
		if (!$step->{fails} && $errors ne '')
		{
			fail("$test: runs");
			diag($errors);
		}
		elsif (!defined $step->{wanted})
		{
			pass("$test: runs");
		}
		else
		{
			ok(matches($got, $step->{wanted}), "$test: prints what the document says")
			  or diag("got:\n" . trimmed($got));
		}
	}
	return $node;
}

# Functions behind the types, operators and aggregates: doc/reference.md names
# them by their prefix only.
my $support = join '|', qw(
  score_dist_(in|out|recv|send)
  score_dist_(plus|minus|eq|ne|lt|le|gt|ge|cmp|hash|hash_extended)
  score_dist_(accum|moving_accum|moving_remove|moving_final|final|combine|moving_subtract)
  shnor_rule_(accum|combine|serial|deserial|final)
  task_dist_(in|out|recv|send)
  task_dist_(plus|minus|eq|ne|lt|le|gt|ge|cmp|hash|hash_extended)
  task_dist_(accum|moving_accum|moving_remove|moving_final)
  (pattern_similarity|answer_groups)_(accum|final)
  beta_binomial_(accum|combine|serialize|deserialize|fit_final|moments_final)
  variance_components_(accum|combine|final)
  fingerprint_(accum|final)
  recount_(accum|combine|serialize|deserialize)
  sample_(accum|combine|serialize|deserialize)
  (scale_reference|principal_component|optimal_clusters|k_means|linear_fit|linear_fit_unweighted)_final
  worst_result_(accum|combine));

my $node = run_documents('README.md', map { "doc/$_.md" } qw(import reference troubleshooting));
my $reference = slurp_file("$top/doc/reference.md");

# The recipe for workbooks needs ogr_fdw, so 065_xlsx.pl runs the one in
# test/data/README.md.
my ($recipe) = slurp_file("$top/doc/import.md") =~ /^```pgsql\n(-- A sheet as lines.*?)^```/ms;
ok(index(slurp_file("$top/test/data/README.md"), "```sql\n" . ($recipe // 'none')) >= 0,
	'doc/import.md has the recipe for workbooks that the tests run');

# A name counts as mentioned when it stands in code, by itself or with its
# arguments.
my %named;
$named{$_} = 1 for $reference =~ /(?<=`)([a-z_]\w*)(?=[`(])/g;

my $public = $node->safe_psql('education', q{
	SELECT n.nspname || '.' || p.proname
	FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE n.nspname IN ('shnor', 'monitoring')
	UNION
	SELECT n.nspname || '.' || t.typname
	FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
	LEFT JOIN pg_class c ON c.oid = t.typrelid
	WHERE n.nspname = 'shnor' AND t.typcategory <> 'A'
	UNION
	SELECT n.nspname || '.' || c.relname
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname = 'monitoring' AND c.relkind IN ('r', 'p', 'v')
		AND c.relname !~ '^(result|staging)_[0-9]+$'
	ORDER BY 1});
my @unnamed = grep { !/^shnor\.($support)$/ && !$named{ s/.*\.//r } } split /\n/, $public;
cmp_ok(scalar(split /\n/, $public), '>', 100, 'there are objects to look for');
is(join("\n", @unnamed), '', 'doc/reference.md names every public object');

# The other way round: what the reference tables offer as a call exists.
my @offered = map { /(?<=`)([a-z_]\w*)(?=\()/g }
  $reference =~ /^\| (`.*?) \|/mg;
my @missing = grep { $public !~ /\.\Q$_\E$/m } @offered;
is(join("\n", @missing), '', 'every function of the reference tables exists');

my $operators = $node->safe_psql('education', q{
	SELECT string_agg(DISTINCT o.oprname, ' ' ORDER BY o.oprname)
	FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
	WHERE n.nspname = 'shnor'});
is($operators, '+ - < <= <> = > >=', 'there are no operators but those in doc/reference.md');

# The data checks: in Russian in their own words, in English with their severity.
my $import_ru = slurp_file("$top/doc/import.ru.md");
is( join("\n", sort map { tr/`//dr } $import_ru =~ /^(\| `\w+` \| (?:error|warning|info) \|.*)$/mg),
	$node->safe_psql('education', q{
		SELECT string_agg(format('| %s | %s | %s | %s |', check_code, severity, name, resolution), E'\n'
			ORDER BY check_code COLLATE "C")
		FROM monitoring.data_check}),
	'doc/import.ru.md has the data checks');
my $import = slurp_file("$top/doc/import.md");
my @told;
while ($import =~ /^\| (`\w+`(?:, `\w+`)*) \| (error|warning|info) \|/mg)
{
	my ($codes, $severity) = ($1, $2);
	push @told, map { "$_ $severity" } $codes =~ /\w+/g;
}
is( join("\n", sort @told),
	$node->safe_psql('education', q{
		SELECT string_agg(check_code || ' ' || severity, E'\n' ORDER BY check_code COLLATE "C")
		FROM monitoring.data_check}),
	'and doc/import.md their severities');

# The roles that the chapter on security sets up, as they would connect.
my @reader = (extra_params => [ '-U', 'reader' ]);
my @loader = (extra_params => [ '-U', 'loader' ]);
$node->safe_psql('education', "SELECT count(v::text) FROM monitoring.$_ AS v", @reader)
  for qw(shnor_list risk_zone school_status school_profile dynamics_by_municipality cycle_summary);
my ($status, undef, $error) = $node->psql('education', 'SELECT FROM monitoring.result', @reader);
like($error, qr/permission denied for table result/, 'the reader sees views, but no pupil');
(undef, undef, $error) = $node->psql('education', 'SELECT FROM monitoring.participant_secret', @reader);
like($error, qr/permission denied for table participant_secret/, 'nor the secret');

my $load = q{
	SET search_path = monitoring, shnor, public;
	SELECT FROM open_staging();
	INSERT INTO import_staging (academic_year, exam, subject, grade, school_code_kind,
		school_code, participant, score, mark)
	VALUES ('2023', 'vpr', 'math', '5', 'fis_oko', 'edu760003', '3-02', '10', '3'),
		('2023', 'vpr', 'math', '5', 'fis_oko', 'edu760999', '3-02', '10', '3');
	SELECT rows_stored || imported_by FROM import_results('school_3_again.csv')};
is($node->safe_psql('education', $load, @loader) =~ s/\A\s+//r, '1loader', 'the loader imports');
# Groups, participants without a code, scores of tasks.
for my $case (
	[ 'fis_oko/marks_ma5_2026_cp1251.csv', 'fis_marks|7' ],
	[ 'ris_gia/02_2025.06.03.csv', 'ris_oge_codes|21' ],
	[ 'fis_oko/f1_ma5_2026_tab.csv', 'fis_individual|23' ])
{
	my ($file, $read) = @$case;
	my $out = $node->safe_psql('education', <<"SQL", @loader);
SET search_path = monitoring, shnor, public;
SELECT FROM open_lines();
\\copy import_line FROM PROGRAM 'tr -d "\\r\\000" < $top/test/data/$file' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', ENCODING 'LATIN1')
SELECT kind, rows_read FROM import_file('${\basename($file)}');
SQL
	is($out =~ s/\A\s+//r, $read, "the loader imports $file");
}
($status, undef, $error) = $node->psql('education', 'SELECT monitoring.run_cycle(2023)', @loader);
like($error, qr/permission denied for function run_cycle/, 'and runs no cycle');
is($node->safe_psql('education', 'SELECT count(DISTINCT school_id) > 1, count(*) = (SELECT count(*) FROM monitoring.result) FROM monitoring.result',
		extra_params => [ '-U', 'poshekhonye' ]), 't|t', 'the coordinator sees the results of the municipality');
$node->stop;

run_documents($_)->stop for qw(doc/guide.ru.md doc/import.ru.md doc/roadmap.ru.md doc/operations.md);

# Links within the repository: the file is there, and has the heading. And
# nothing is said twice: merges of two branches have left such lines.
for my $name (map { s/^\Q$top\E\///r } "$top/README.md", "$top/CONTRIBUTING.md", "$top/CHANGELOG.md", glob("$top/doc/*.md"))
{
	my $text = decode('UTF-8', slurp_file("$top/$name"));
	my @broken;
	$text =~ s/^```.*?^```$//msg;
	my %seen;
	my @twice = grep { /^\| `([^|]+)\|/ ? $seen{$1}++ : length > 60 && $seen{ substr($_, 0, 60) }++ } split /\n/, $text;
	is(join("\n", map { encode('UTF-8', $_) } @twice), '', "$name says nothing twice");
	for my $link ($text =~ /\]\(([^)\s]+)\)/g)
	{
		next if $link =~ /^https?:/;
		my ($path, $anchor) = split /#/, $link, 2;
		my $target = $path eq '' ? "$top/$name" : dirname("$top/$name") . "/$path";
		if (!-f $target)
		{
			push @broken, $link;
			next;
		}
		next unless defined $anchor;
		# As GitHub makes anchors of headings.
		my @anchors = map { lc =~ s/[^\w\- ]//gr =~ s/ /-/gr }
		  decode('UTF-8', slurp_file($target)) =~ /^#+ (.*?)\s*$/mg;
		push @broken, $link unless grep { $_ eq $anchor } @anchors;
	}
	is(join("\n", map { encode('UTF-8', $_) } @broken), '', "the links of $name lead somewhere");
}

done_testing();
