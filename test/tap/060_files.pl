# Files go in whole or not at all: every good file of test/data stores exactly
# what expected_*.tsv say, every hostile one ends as its index says, and no word
# of a person's name or document is left anywhere.
use strict;
use warnings;
use utf8;

use Encode qw(decode encode);
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$FindBin::Bin/../data";
my $dir = PostgreSQL::Test::Utils::tempdir;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "fsync = off\nwork_mem = '64MB'");
$node->start;

# What went wrong, in the bytes of the terminal.
sub note_text
{
	diag(encode('UTF-8', $_[0]));
	return;
}

# Runs a psql script; returns its exit status, output and errors as text.
sub run
{
	my ($script, $database) = @_;
	my ($status, $out, $err) = $node->psql(
		$database // 'postgres',
		encode('UTF-8', "SET client_encoding = 'UTF8'; SET search_path = monitoring, shnor, helper, public;\n$script"),
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return ($status, map { decode('UTF-8', $_ // '') } $out, $err);
}

sub query
{
	my ($script, $database) = @_;
	my ($status, $out, $err) = run($script, $database);
	die "$script\n$err" if $status != 0;
	return $out;
}

$node->safe_psql('postgres', 'CREATE EXTENSION shnor; CALL shnor.create_warehouse(\'monitoring\'); CREATE SCHEMA helper');
if (query("SELECT count(*) FROM pg_proc WHERE proname = 'import_file'") eq '0')
{
	$node->stop;
	plan skip_all => 'this warehouse has no import_file';
}
query(decode('UTF-8', slurp_file("$FindBin::Bin/include/files.sql")));
query(<<'SQL');
CREATE TABLE helper.expected (
    file text, academic_year integer, exam text, subject text, level text, grade integer,
    school_code_kind text, school_code text, participant text, attempt integer, class text,
    score integer, mark integer, journal_mark integer, task_scores text);
CREATE VIEW helper.stored AS
SELECT r.academic_year, e.code AS exam, s.code AS subject, n.level, n.grade, c.kind AS school_code_kind,
       c.code AS school_code, r.participant, r.attempt::integer AS attempt, r.class, r.score::integer AS score,
       r.mark::integer AS mark, r.journal_mark::integer AS journal_mark,
       array_to_string(r.task_scores, ';', 'X') AS task_scores
FROM monitoring.result AS r
JOIN monitoring.administration AS a USING (administration_id)
JOIN monitoring.assessment AS n USING (assessment_id)
JOIN monitoring.exam AS e USING (exam_id)
JOIN monitoring.subject AS s USING (subject_id)
JOIN monitoring.school_code AS c
  ON c.school_id = r.school_id AND c.kind = CASE e.code WHEN 'vpr' THEN 'fis_oko' ELSE 'ris_gia' END;

-- Tables of the warehouse that hold a word of a person: name, document, form.
-- (Digits after a point are a time's.)
CREATE FUNCTION helper.persons()
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    found text := '';
    hit boolean;
    t regclass;
BEGIN
    FOR t IN SELECT oid FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'monitoring'::regnamespace
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s AS t
            WHERE t::text ~ ''Фамилия[0-9]|Имя[0-9]|Отчество[0-9]|(^|[^.])\m(9977|770[0-9]{3}|21977[0-9]{8})\M'')', t)
        INTO hit;
        IF hit THEN
            found := found || t || ' ';
        END IF;
    END LOOP;
    RETURN found;
END
$$;
SQL
query("\\copy helper.expected FROM '$data/expected_results.tsv' WITH (FORMAT csv, DELIMITER E'\\t', HEADER)");

# One import as a clerk does it: what came back, or the error.
sub import_script
{
	my ($path, $name, $more) = @_;
	return <<"SQL";
\\set ON_ERROR_STOP 1
SELECT open_lines() \\g /dev/null
\\copy import_line FROM PROGRAM 'tr -d "\\r\\000" < $path' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', ENCODING 'LATIN1')
SELECT rows_read, rows_stored, rows_replaced, rows_unchanged, rows_rejected
FROM import_file('$name'$more);
SQL
}

# The school's form says neither work nor school; they are given.
my %given = (
	'form_ru5_2026_edu990001' =>
	  ", academic_year => 2026, subject => 'rus', grade => 5, school_code => 'edu990001'");

# --- good files: individual -------------------------------------------------
for my $file (split /\n/, query('SELECT DISTINCT file FROM expected ORDER BY file'))
{
	my ($name) = $file =~ m{([^/]+)$};
	my ($more) = map { $given{$_} } grep { index($name, $_) == 0 } keys %given;
	my $columns = join ', ',
	  qw(academic_year exam subject level grade school_code_kind school_code participant attempt class
	  score mark journal_mark task_scores);
	# Without codes in the file the key is the importer's own.
	$columns =~ s/participant, // if query("SELECT bool_and(participant = '*') FROM expected WHERE file = '$file'") eq 't';
	my ($status, $out, $err) = run("BEGIN;\n" . import_script("$data/$file", $name, $more // '') . <<"SQL");
SELECT 'missing', count(*) FROM (
    SELECT $columns FROM (SELECT file, academic_year, exam, subject, level, grade, school_code_kind, school_code,
                                 participant, attempt, coalesce(class, '') AS class, score, mark, journal_mark, task_scores
                          FROM expected) AS e WHERE file = '$file'
    EXCEPT ALL SELECT $columns FROM stored) AS d;
SELECT 'surplus', count(*) FROM (
    SELECT $columns FROM stored
    EXCEPT ALL
    SELECT $columns FROM (SELECT file, academic_year, exam, subject, level, grade, school_code_kind, school_code,
                                 participant, attempt, coalesce(class, '') AS class, score, mark, journal_mark, task_scores
                          FROM expected) AS e WHERE file = '$file') AS d;
SELECT 'persons', persons();
SELECT 'reasons', string_agg(DISTINCT reason, '; ') FROM import_reject;
ROLLBACK;
SQL
	my $n = query("SELECT count(*) FROM expected WHERE file = '$file'");
	is($status, 0, "$file: imported") or note_text($err);
	like($out, qr/^$n\|$n\|0\|0\|0$/m, "$file: $n rows stored, none rejected");
	like($out, qr/^missing\|0\nsurplus\|0$/m, "$file: as expected");
	like($out, qr/^persons\|$/m, "$file: no person's word is kept");
	note_text($out) if $out !~ /^missing\|0\nsurplus\|0$/m || $out !~ /^$n\|$n\|0/m;
}

# --- good files: aggregate --------------------------------------------------
query(<<"SQL");
CREATE TABLE helper.expected_count (
    file text, academic_year integer, exam text, subject text, grade integer, school_code text,
    participants bigint, measure text, key text, count bigint, of_all bigint);
CREATE VIEW helper.published AS
SELECT a.academic_year, find_assessment('vpr', 'rus', 'none', 4) = a.assessment_id AS is_rus,
       c.code AS school_code, p.participants, m.measure, m.key, m.count, m.percent
FROM monitoring.published_group AS p
JOIN monitoring.administration AS a USING (administration_id)
JOIN monitoring.school_code AS c ON c.school_id = p.school_id AND c.kind = 'fis_oko'
CROSS JOIN LATERAL (
    SELECT 'mark' AS measure, v.key, v.count, NULL::numeric AS percent
    FROM (VALUES ('2', p.mark_2), ('3', p.mark_3), ('4', p.mark_4), ('5', p.mark_5)) AS v (key, count)
    UNION ALL
    SELECT 'journal', v.key, v.count, NULL
    FROM (VALUES ('lower', p.journal_lower), ('same', p.journal_same), ('higher', p.journal_higher)) AS v (key, count)
    UNION ALL
    SELECT 'score', s.score::text, s.count, NULL FROM scores(p.dist) AS s (score, count)
    UNION ALL
    SELECT 'item', t.place::text, NULL, t.percent
    FROM unnest(p.task_percents) WITH ORDINALITY AS t (percent, place)) AS m
WHERE m.count IS NOT NULL OR m.percent IS NOT NULL;
\\copy helper.expected_count FROM '$data/expected_counts.tsv' WITH (FORMAT csv, DELIMITER E'\\t', HEADER)
SQL
for my $file (split /\n/, query('SELECT DISTINCT file FROM expected_count ORDER BY file'))
{
	my ($name) = $file =~ m{([^/]+)$};
	my ($status, $out, $err) = run("BEGIN;\n" . import_script("$data/$file", $name, '') . <<"SQL");
SELECT 'rejected', count(*), string_agg(DISTINCT reason, '; ') FROM import_reject;
SELECT 'differ', count(*)
FROM (SELECT * FROM expected_count WHERE file = '$file') AS e
FULL JOIN published AS p
  ON (p.academic_year, p.is_rus, p.school_code, p.measure, p.key)
     = (e.academic_year, e.subject = 'rus', e.school_code, e.measure, e.key)
WHERE e.count IS NULL OR p.school_code IS NULL OR p.participants <> e.participants
   OR p.count <> e.count OR p.percent <> round(100.0 * e.count / e.of_all, 2);
SELECT 'results', count(*) FROM result;
ROLLBACK;
SQL
	is($status, 0, "$file: imported") or note_text($err);
	like($out, qr/^rejected\|0\|$/m, "$file: nothing rejected");
	like($out, qr/^differ\|0\nresults\|0$/m, "$file: the counts of the pupils, and no results");
	note_text($out) if $out !~ /^rejected\|0\|\ndiffer\|0$/m;
}

# --- round trip -------------------------------------------------------------
# What is stored, written into the layouts again and imported into an empty
# warehouse, is what was stored.
{
	my $script = join '', map { import_script("$data/$_", $_ =~ s{.*/}{}r, '') =~ s/^\\set.*\n//r }
	  qw(canonical_2026.csv fis_oko/f1_ma5_2026_tab.csv ris_gia/oge_stacked_2025.csv ris_gia/ege_2025.csv);
	my ($status, $out, $err) = run(<<"SQL");
\\set ON_ERROR_STOP 1
BEGIN;
$script
\\i $FindBin::Bin/../layout_export.sql
CREATE TEMP TABLE before AS SELECT * FROM stored;
CREATE TEMP TABLE exported AS SELECT * FROM pg_temp.export_files();
CREATE TEMP TABLE canonical AS SELECT * FROM pg_temp.export_canonical(2025) WITH ORDINALITY AS f (line, place);
CREATE TEMP TABLE report AS
SELECT k.kind, f.line, f.place
FROM (SELECT a.administration_id FROM export_administration AS a
      WHERE (a.academic_year, a.subject, a.grade) = (2026, 'rus', 4)) AS a
CROSS JOIN (VALUES ('marks'), ('journal'), ('scores'), ('items')) AS k (kind)
CROSS JOIN LATERAL (
    SELECT * FROM pg_temp.export_marks(a.administration_id) WITH ORDINALITY WHERE k.kind = 'marks'
    UNION ALL
    SELECT * FROM pg_temp.export_journal(a.administration_id) WITH ORDINALITY WHERE k.kind = 'journal'
    UNION ALL
    SELECT * FROM pg_temp.export_scores(a.administration_id) WITH ORDINALITY WHERE k.kind = 'scores'
    UNION ALL
    SELECT * FROM pg_temp.export_items(a.administration_id) WITH ORDINALITY WHERE k.kind = 'items') AS f (line, place);
TRUNCATE import_file, result CASCADE;
DO \$\$
DECLARE
    f record;
BEGIN
    FOR f IN SELECT DISTINCT file_name FROM exported ORDER BY file_name LOOP
        PERFORM open_lines();
        INSERT INTO import_line (raw) SELECT e.line FROM exported AS e WHERE e.file_name = f.file_name ORDER BY e.place;
        PERFORM import_file(f.file_name);
    END LOOP;
END
\$\$;
SELECT 'rejected', count(*), string_agg(DISTINCT reason, '; ') FROM import_reject;
SELECT 'round trip', (SELECT count(*) FROM before),
       (SELECT count(*) FROM (SELECT * FROM before EXCEPT ALL SELECT * FROM stored) AS d),
       (SELECT count(*) FROM (SELECT * FROM stored EXCEPT ALL SELECT * FROM before) AS d);
TRUNCATE import_file, result CASCADE;
SELECT open_lines() \\g /dev/null
INSERT INTO import_line (raw) SELECT line FROM canonical ORDER BY place;
SELECT 'canonical', rows_stored = (SELECT count(*) FROM before WHERE academic_year = 2025), rows_rejected
FROM import_file('results_2025.csv');
SELECT 'line of school', kind, encode(convert_to(line, 'UTF8'), 'hex') FROM report
WHERE line LIKE '%(edu99000%' ORDER BY kind, place;
ROLLBACK;
SQL
	is($status, 0, 'exported and imported again') or note_text($err);
	like($out, qr/^rejected\|0\|$/m, 'nothing rejected');
	my ($stored) = $out =~ /^round trip\|(\d+)\|0\|0$/m;
	ok($stored && $stored > 100, 'the same results in every individual layout') or note_text($out);
	like($out, qr/^canonical\|t\|0$/m, 'and in the canonical form');
	# The reports counted in SQL are those that make_files.pl counted in Perl.
	for my $kind (qw(marks journal scores items))
	{
		my @lines = map { decode('UTF-8', pack('H*', $_)) } $out =~ /^line of school\|$kind\|(\w+)$/mg;
		my @want = grep { /\(edu99000/ } split /\r?\n/, decode('UTF-8', slurp_file("$data/fis_oko/${kind}_ru4_2026.csv"));
		is_deeply([ sort @lines ], [ sort @want ], "$kind: the report is the one in fis_oko");
	}
}

# --- a database whose locale knows no Cyrillic letters ---------------------------
$node->safe_psql('postgres', q(CREATE DATABASE plain_c TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'));
$node->safe_psql('plain_c',
	'CREATE EXTENSION shnor; CALL shnor.create_warehouse(\'monitoring\')');
query(decode('UTF-8', slurp_file("$FindBin::Bin/include/files.sql")), 'plain_c');
for my $file (qw(fis_oko/f1_ru4_2026.csv fis_oko/marks_ru4_2026.csv ris_gia/oge_math_2026_appeal.csv ris_gia/ege_2025.csv))
{
	my ($status, $out, $err) =
	  run("BEGIN;\n" . import_script("$data/$file", $file =~ s{.*/}{}r, '') . 'ROLLBACK;', 'plain_c');
	like($out, qr/^([1-9]\d*)\|\1\|0\|0\|0$/m, "$file: stored in locale C") or note_text($err);
}

# --- hostile files ------------------------------------------------------------
# PG_TEST_EXTRA=huge adds the files that take long.
my @huge = ($ENV{PG_TEST_EXTRA} // '') =~ /\bhuge\b/ ? ('--huge') : ();
command_ok([ 'perl', "$data/hostile.pl", $dir, @huge ], 'hostile files written');
my ($files, $wrong) = (0, 0);
open(my $index, '<:encoding(UTF-8)', "$dir/index.tsv") or die $!;
while (my $entry = <$index>)
{
	chomp $entry;
	my ($name, $what, $expected, $rows) = split /\t/, $entry;
	my ($more) = map { $given{$_} } grep { $name =~ /^form_/ } keys %given;
	$files++;
	my ($status, $out, $err) = run(import_script("$dir/$name", $name, $more // ''));
	# Another session looks at what is left, and clears it.
	my $left = query(<<"SQL");
SELECT count(*), coalesce(sum(rows_read), 0), coalesce(sum(rows_stored), 0), coalesce(sum(rows_rejected), 0),
       coalesce(bool_and(rows_read = rows_stored + rows_rejected), true),
       (SELECT count(*) FROM import_reject),
       (SELECT count(*) FROM result)
FROM import_file;
SELECT persons();
TRUNCATE import_file, result CASCADE;
SQL
	my ($imports, $read, $stored, $rejected, $adds_up, $rejects, $results, $persons) = split /[|\n]/, $left, -1;
	my $end =
	    $status != 0 ? 'refused'
	  : $stored == 0 ? 'nothing'
	  : $rejected == 0 ? 'stored'
	  : 'partly';
	my ($sqlstate, $message) = $err =~ /ERROR:\s+(\w{5}): (.*)/;
	my $is_group = $name =~ /^(percent|spaced|participants_|group_|journal_|scores_|items_above|working_)/;
	my @faults;
	push @faults, "ended as $end" unless grep { $_ eq $end } split /\|/, $expected;
	push @faults, "stored $stored of $rows" if defined $rows && $rows ne $stored;
	push @faults, "sums: $read <> $stored + $rejected" if $adds_up ne 't';
	push @faults, "$rejects rejects of $rejected" if $rejects != $rejected;
	push @faults, "$results results of $stored" if !$is_group && $results != $stored;
	push @faults, "$imports files" if $imports != ($end eq 'refused' ? 0 : 1);
	push @faults, "a person in $persons" if $persons ne '';
	push @faults, 'SQLSTATE ' . ($sqlstate // 'none')
	  if $end eq 'refused' && ($sqlstate // '') !~ /^(22|P0|42|54)/;
	ok(!@faults, encode('UTF-8', "$name: $what: $end" . ($sqlstate ? " ($sqlstate)" : " ($stored of $read)")))
	  or note_text(join('; ', @faults) . ": expected $expected. " . substr($message // $out, 0, 300));
}
cmp_ok($files, '>=', 60, 'at least sixty hostile files');
is(query('SELECT count(*) FROM school'), '3', 'no school has come of them');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP:/, 'the server is unharmed');

$node->stop;
done_testing();
