# Spreadsheets reach the warehouse through ogr_fdw (GDAL's XLSX driver): the
# recipe of test/data/README.md gives a line of text for each row of a sheet,
# with the cells that the .xlsx has.
use strict;
use warnings;
use utf8;

use Encode qw(decode encode);
use FindBin;
use lib "$FindBin::Bin/../data";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sheet qw(read_cells can_write_xlsx write_xlsx sheet_value);
use Test::More;

my $data = "$FindBin::Bin/../data";
plan skip_all => 'no Excel::Writer::XLSX: install libexcel-writer-xlsx-perl'
  unless can_write_xlsx();

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
if ($node->psql('postgres', 'CREATE EXTENSION ogr_fdw') != 0)
{
	$node->stop;
	plan skip_all => 'no ogr_fdw: install postgresql-NN-ogr-fdw';
}

# The recipe as the README prints it, its path and sheet replaced.
my $readme = decode('UTF-8', slurp_file("$data/README.md"));
my ($recipe) = $readme =~ /^```sql\n(-- A sheet as lines.*?)^```/ms;
ok($recipe, 'the README has the recipe');

sub lines_of
{
	my ($path, $sheet) = @_;
	my $sql = $recipe;
	$sql =~ s{/srv/import/report\.xlsx}{$path} or die;
	$sql =~ s{"РУ 4 Индивидуальные результаты"}{"$sheet"}g or die;
	$sql =~ s{^SELECT pg_temp\.sheet_lines\(.*$}{}m;
	my $out = $node->safe_psql(
		'postgres',
		encode(
			'UTF-8',
			"SET client_encoding = 'UTF8';\n$sql\n"
			  . qq(SELECT encode(convert_to(line, 'UTF8'), 'hex')
				   FROM pg_temp.sheet_lines('sheet."$sheet"') AS s (line);)));
	return [ map { decode('UTF-8', pack('H*', $_)) } split(/\n/, $out, -1) ];
}

# The reader of CSV is this test's own: it must see a quoted cell as one cell.
is_deeply(
	[ grep { $_->[0] =~ /№ 3/ } @{ read_cells("$data/fis_oko/marks_ma5_2025_comma.csv") } ],
	[ [ 'Школа № 3 «Пример; с "кавычками"»(edu990003)', '', 7, '0,00', '14,29', '71,43', '14,29' ] ],
	'quoted cells are read');

# Every good file as a workbook: the same cells come back, numbers and dates in
# the driver's spelling. What a row lacks on the right is padded.
my $dir = PostgreSQL::Test::Utils::tempdir;
for my $file (sort glob("$data/fis_oko/*.csv $data/ris_gia/*.csv"))
{
	my ($name) = $file =~ m{([^/]+)\.csv$};
	my $rows = read_cells($file);
	write_xlsx("$dir/$name.xlsx", 'РУ 4 Отчёт' => $rows);
	my $lines = lines_of("$dir/$name.xlsx", 'РУ 4 Отчёт');
	my $width = 0;
	for my $row (@$rows)
	{
		for my $c (0 .. $#$row)
		{
			$width = $c + 1 if $row->[$c] ne '' && $c >= $width;
		}
	}
	# Empty rows at the end are not in the workbook.
	my @want = map {
		my $row = $_;
		join(
			';',
			map {
				my $v = (sheet_value($row->[$_] // ''))[2];
				$v =~ s/"/""/g;
				$v =~ /[;"\n\r]/ ? qq("$v") : $v;
			} 0 .. $width - 1)
	} @$rows;
	pop @want while @want && $want[-1] =~ /^;*$/;
	is_deeply($lines, \@want, "$name: cells come back");
}

# What the driver does with the cells that are not plain text.
my $book = Excel::Writer::XLSX->new("$dir/cells.xlsx");
$book->add_worksheet('Пустой');
my $sheet = $book->add_worksheet('Виды ячеек');
$sheet->write_string(2, 1, 'после пустых строк и столбца');
$sheet->write_number(3, 1, 12.36);
$sheet->write_number(3, 2, 0.1 + 0.2);
$sheet->write_number(3, 3, 1722202);
$sheet->write_number(4, 1, 0.1236, $book->add_format(num_format => '0.00%'));
$sheet->write_date_time(4, 2, '2026-04-15T', $book->add_format(num_format => 'dd.mm.yyyy'));
$sheet->write_formula(4, 3, '=2+2', undef, 4);
$sheet->write_string(5, 1, "две\nстроки; и \"кавычки\"");
$sheet->write_string(5, 2, '0012');
$sheet->write_boolean(5, 3, 1);
$sheet->merge_range(6, 1, 6, 3, 'объединение', $book->add_format());
$sheet->write_string(7, 1, '=2+2');
# A column of nothing but numbers or dates: no type is guessed for it.
my $numbers = $book->add_worksheet('Числа');
for my $r (0 .. 2)
{
	$numbers->write_number($r, 0, 12.5 * ($r + 1));
	$numbers->write_date_time($r, 1, "2026-04-1${r}T", $book->add_format(num_format => 'dd.mm.yyyy'));
}
$book->close;
is_deeply(
	lines_of("$dir/cells.xlsx", 'Числа'),
	[ '12.5;2026/04/10', '25;2026/04/11', '37.5;2026/04/12' ],
	'columns of numbers and dates stay text, the first row is no header');
is_deeply(
	lines_of("$dir/cells.xlsx", 'Виды ячеек'),
	[
		';;;', ';;;', ';после пустых строк и столбца;;', ';12.36;0.3;1722202',
		# a percentage is stored as a fraction, a date comes year first
		';0.1236;2026/04/15;4',
		qq(;"две\nстроки; и ""кавычки""";0012;1),
		';объединение;;', ';=2+2;;'
	],
	'numbers, a percentage, a date, a formula, lines in a cell, a merged cell');
is_deeply(lines_of("$dir/cells.xlsx", 'Пустой'), [], 'a sheet without cells has no lines');

# What import_file makes of the lines of a sheet is what it makes of the CSV.
SKIP:
{
	$node->safe_psql('postgres',
		"CREATE EXTENSION shnor; CALL shnor.create_warehouse('monitoring')");
	skip 'this warehouse has no import_file', 1
	  if $node->safe_psql('postgres', "SELECT count(*) FROM pg_proc WHERE proname = 'import_file'") eq '0';
	my $path = 'SET search_path = monitoring, shnor, public;';
	$node->safe_psql('postgres', $path . slurp_file("$FindBin::Bin/include/files.sql"));
	for my $file (sort glob("$data/fis_oko/*.csv $data/ris_gia/*.csv"))
	{
		my ($name) = $file =~ m{([^/]+)\.csv$};
		my $more =
		  $name =~ /^form_/
		  ? ", academic_year => 2026, subject => 'rus', grade => 5, school_code => 'edu990001'"
		  : '';
		my $import = <<"SQL";
SELECT rows_stored > 0, rows_stored, rows_rejected FROM import_file('$name.csv'$more);
SELECT md5(string_agg(t, '/' ORDER BY t))
FROM (SELECT (to_jsonb(r) - 'import_file_id')::text FROM result AS r
      UNION ALL
      -- a sheet has 67.5 where the CSV has 67,50
      SELECT (to_jsonb(p) - ARRAY['import_file_id', 'published_group_id', 'task_percents'])::text
             || ARRAY(SELECT trim_scale(u.t) FROM unnest(p.task_percents) AS u (t))::text
      FROM published_group AS p) AS d (t);
ROLLBACK;
SQL
		my $from_csv = $node->safe_psql('postgres', <<"SQL");
$path BEGIN; SELECT FROM open_lines();
\\copy import_line FROM PROGRAM 'tr -d "\\r\\000" < $file' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', ENCODING 'LATIN1')
$import
SQL
		my $sql = $recipe;
		$sql =~ s{/srv/import/report\.xlsx}{$dir/$name.xlsx};
		$sql =~ s{^SELECT pg_temp\.sheet_lines\(.*$}{}m;
		my $from_sheet = $node->safe_psql('postgres', encode('UTF-8', <<"SQL"));
SET client_encoding = 'UTF8'; SET client_min_messages = warning;
$sql
$path BEGIN; SELECT FROM open_lines();
INSERT INTO import_line (raw) SELECT pg_temp.sheet_lines('sheet."РУ 4 Отчёт"');
$import
SQL
		$_ =~ s/^\s+//mg for $from_csv, $from_sheet;
		like($from_sheet, qr/^t\|/, "$name: the sheet is stored");
		is($from_sheet, $from_csv, "$name: the same as from the CSV");
	}
}

# A file that is no workbook is an error, not a crash.
my ($status, $out, $err) = $node->psql('postgres',
	"CREATE SERVER bad FOREIGN DATA WRAPPER ogr_fdw
	 OPTIONS (datasource '$data/README.md', format 'XLSX')");
isnt($status, 0, 'a file that is no workbook is refused');
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'and the server stands');

$node->stop;
done_testing();
