#!/usr/bin/perl
# hostile.pl OUTDIR [--huge]: writes hostile files made from the good ones
# beside it, and OUTDIR/index.tsv: name, what is hostile, how the import must
# end: stored (every data row), partly (some rows, the others rejected with a
# reason), nothing (a recorded file whose rows are all rejected), refused (an
# error, no trace of the file), with | between them where either is sound; and
# how many rows are stored, where that is certain.
#
# --huge adds the files that take minutes: a line of 200 MB, a million empty
# lines. The same files come out of every run.
use strict;
use warnings;
use utf8;
use Encode qw(encode decode);
use FindBin;
use Getopt::Long;

my $huge = 0;
GetOptions('huge' => \$huge) && @ARGV == 1
  or die "usage: hostile.pl OUTDIR [--huge]\n";
my $out = shift;
mkdir $out unless -d $out;
my @index;

sub slurp
{
	my $name = shift;
	open(my $f, '<:raw', "$FindBin::Bin/$name") or die "$name: $!";
	local $/;
	my $bytes = <$f>;
	return $bytes;
}

sub write_bytes
{
	my ($name, $bytes) = @_;
	open(my $f, '>:raw', "$out/$name") or die "$name: $!";
	print $f $bytes;
	close($f) or die "$name: $!";
	return;
}

# A file of bytes, or of text to be written in UTF-8.
sub bytes_file
{
	my ($name, $what, $end, $bytes) = @_;
	write_bytes($name, $bytes);
	push @index, [ $name, $what, $end ];
	return;
}

sub text_file
{
	my ($name, $what, $end, $text) = @_;
	return bytes_file($name, $what, $end, encode('UTF-8', $text));
}

# The good files, as text with plain line ends.
sub text_of
{
	my $text = decode('UTF-8', slurp(shift));
	$text =~ s/^\x{FEFF}//;
	$text =~ s/\r\n/\n/g;
	return $text;
}
my $f1_bytes = slurp('fis_oko/f1_ru4_2026.csv');
my $f1 = text_of('fis_oko/f1_ru4_2026.csv');
my $marks = text_of('fis_oko/marks_ru4_2026.csv');
my $journal = text_of('fis_oko/journal_ru4_2026.csv');
my $scores = text_of('fis_oko/scores_ru4_2026.csv');
my $items = text_of('fis_oko/items_ru4_2026.csv');
my $working = text_of('fis_oko/marks_working_2026.csv');
my $form = text_of('fis_oko/form_ru5_2026_edu990001.csv');
my $oge = text_of('ris_gia/oge_math_2025.csv');
my $stacked = text_of('ris_gia/oge_stacked_2025.csv');
my $ege = text_of('ris_gia/ege_2025.csv');
my $canonical = text_of('canonical_2026.csv');

# A copy with one thing changed; the change must take place.
sub changed
{
	my ($text, $from, $to) = @_;
	my $count = ref $to ? ($text =~ s/$from/$to->()/e) : ($text =~ s/$from/$to/);
	die "nothing to change: $from" unless $count;
	return $text;
}

# Cell number $n of the first line that begins with $start.
sub with_cell
{
	my ($text, $start, $n, $value) = @_;
	my $done;
	$text = join(
		"\n",
		map {
			my $line = $_;
			if (!$done && index($line, $start) >= 0)
			{
				my @cells = split(/;/, $line, -1);
				$cells[$n] = $value;
				$line = join(';', @cells);
				$done = 1;
			}
			$line;
		} split(/\n/, $text, -1));
	die "no line with $start" unless $done;
	return $text;
}
my $header = ($f1 =~ /^(ОО;.*)$/m)[0];
my $first = ';40001;';

# --- cut files -------------------------------------------------------------
text_file('cut_in_line.csv', 'the file ends in the middle of a line of a pupil', 'partly',
	substr($f1, 0, index($f1, ';40012;') + 12));
text_file('cut_in_quoted_cell.csv', 'the file ends inside a quoted cell', 'partly',
	substr($f1, 0, rindex($f1, '«Пример; с ""кав') + 12));
{
	my $bytes = encode('UTF-8', $f1);
	my $at = index($bytes, encode('UTF-8', 'нет отметки')) + 3;
	bytes_file('cut_in_character.csv', 'the file ends in the middle of a UTF-8 character',
		'refused', substr($bytes, 0, $at));
}
text_file('cut_in_header.csv', 'the file ends in the middle of the header', 'refused',
	substr($f1, 0, index($f1, 'Первичный балл;') + 8));
text_file('no_last_line_end.csv', 'no line end after the last line', 'stored', $f1 =~ s/\n\z//r);

# --- encodings -------------------------------------------------------------
bytes_file('utf16.csv', 'UTF-16 with byte order mark', 'refused', encode('UTF-16', $f1));
bytes_file('utf16_bare.csv', 'UTF-16 without byte order mark', 'refused', encode('UTF-16LE', $f1));
bytes_file('koi8r.csv', 'KOI8-R', 'refused', encode('koi8-r', $f1 =~ tr/«»№/""N/r));
bytes_file('cp866.csv', 'code page 866 of DOS', 'refused', encode('cp866', $f1 =~ tr/«»/""/r));
{
	my @lines = split(/(?<=\n)/, $f1);
	my $half = int(@lines * 2 / 3);
	bytes_file(
		'mixed_encodings.csv', 'UTF-8 above, Windows-1251 below', 'refused',
		encode('UTF-8', join('', @lines[ 0 .. $half ]))
		  . encode('cp1251', join('', @lines[ $half + 1 .. $#lines ])));
}
bytes_file('twice_encoded.csv', 'UTF-8 read as Windows-1251 and saved as UTF-8 again',
	'refused', encode('UTF-8', decode('cp1252', encode('UTF-8', $f1))));
text_file('bom_in_the_middle.csv', 'byte order mark before a line in the middle', 'stored',
	changed($f1, qr/^(?=edu990002)/m, "\x{FEFF}"));
text_file('bom_twice.csv', 'two byte order marks', 'stored', "\x{FEFF}\x{FEFF}$f1");
# psql's \copy by itself drops what follows a NUL on its line, the line end too.
bytes_file('nul_bytes.csv', 'a NUL byte inside a code', 'stored|partly|refused',
	encode('UTF-8', changed($f1, qr/40003/, "40\x{0}003")));
bytes_file('bad_byte.csv', 'one byte that is not UTF-8', 'refused',
	encode('UTF-8', substr($f1, 0, 900)) . "\xFF" . encode('UTF-8', substr($f1, 900)));

# --- line ends and delimiters ----------------------------------------------
text_file('cr_only.csv', 'lines end with CR alone', 'stored|refused', $f1 =~ tr/\n/\r/r);
{
	my $n = 0;
	text_file('mixed_line_ends.csv', 'LF and CR LF by turns', 'stored|refused',
		$f1 =~ s/\n/$n++ % 2 ? "\r\n" : "\n"/gre);
}
text_file('trailing_delimiters.csv', 'twenty delimiters after every line', 'stored',
	$f1 =~ s/\n/';' x 20 . "\n"/gre);
text_file('empty_lines_between.csv', 'an empty line after every line', 'stored', $f1 =~ s/\n/\n\n/gr);
text_file('delimiter_switched.csv', 'comma in place of semicolon from the second school on',
	'partly', changed($f1, qr/^(edu990002.*)\z/ms, sub { my $t = $1; $t =~ tr/;/,/; $t }));
text_file('pipe_delimiter.csv', 'cells divided with |', 'stored|refused', $f1 =~ tr/;/|/r);
text_file('space_delimiter.csv', 'cells divided with spaces', 'refused', $f1 =~ tr/;/ /r);
text_file('sep_line.csv', 'a line sep=; above all, as Excel likes it', 'stored', "sep=;\n$f1");
# (Near the end: a psql that stops there must not leave the program that feeds
# it with more to write.)
text_file('end_of_data_mark.csv', 'a line \\. before the last, which COPY before 18 takes for the end',
	'stored', changed($f1, qr/^(?=edu990003.*\n\z)/m, "\\.\n"));

# --- quotes ----------------------------------------------------------------
text_file('quote_never_closed.csv', 'a quote opens in the first pupil and never closes', 'partly',
	with_cell($f1, $first, 2, '"Школа № 1 (пример)'));
text_file('quote_in_cell.csv', 'a lone quote inside an unquoted cell', 'stored',
	with_cell($f1, $first, 2, 'Школа "№ 1 (пример)'));
text_file('text_after_quote.csv', 'text after the closing quote', 'stored|partly',
	with_cell($f1, $first, 2, '"Школа № 1" (пример)'));
text_file('apostrophe_quotes.csv', 'cells in apostrophes', 'partly|refused|nothing',
	$f1 =~ s/(?<=;)([^;\n]+)/'$1'/gr);
text_file('line_end_in_quotes.csv', 'thirty line ends inside one quoted cell', 'partly|stored',
	with_cell($f1, $first, 2, '"' . "Школа\n" x 30 . '"'));

# --- headers ---------------------------------------------------------------
text_file('header_in_second_column.csv', 'everything one column to the right', 'stored',
	$f1 =~ s/^/;/gmr);
text_file('header_missing.csv', 'pupils without a header', 'refused',
	changed($f1, qr/^ОО;.*\n/m, ''));
text_file('header_twice.csv', 'the header again between the schools', 'stored',
	changed($f1, qr/^(?=Школа № 2)/m, "$header\n"));
text_file('duplicate_headers.csv', 'the column «Отметка» twice, with different marks',
	'nothing|refused|partly',
	changed($f1, qr/^ОО;.*\z/ms,
		sub { my $t = $&; $t =~ s/^(edu.*)$/$1;5/gmr =~ s/^(ОО;.*)$/$1;Отметка/mr }));
text_file('duplicate_items.csv', 'two item columns of the same name', 'stored|refused',
	changed($f1, qr/;2 \(1б\);/, ';1 (2б);'));
text_file('empty_headers.csv', 'mark column without a header', 'refused',
	changed($f1, qr/;Отметка;/, ';;'));
text_file('header_only.csv', 'titles and a header, no pupils', 'refused|nothing',
	$f1 =~ s/^Школа № 1.*\z//msr);
text_file('titles_only.csv', 'titles, nothing else', 'refused', $f1 =~ s/^;;;;;Уровень.*\z//msr);
text_file('header_below_a_hundred_lines.csv', 'a hundred and fifty lines of notes above the titles',
	'refused|stored', "примечание;;\n" x 150 . $f1);
text_file('unknown_columns.csv', 'a table of something else', 'refused',
	"Дата;Температура;Ветер\n01.03.2026;-3;СЗ\n02.03.2026;0;З\n");
text_file('other_report.csv', 'a ФИС ОКО report of a kind that is not read', 'refused',
	"Достижение планируемых результатов\n\nВПР 2026 Русский язык 4 класс\n"
	  . "Блоки ПООП;Макс балл;Пример-область;РФ\n1. Писать под диктовку;2;64,12;66,01\n");
text_file('header_cells_in_two_rows.csv', 'header texts split over two rows', 'refused',
	changed($f1, qr/^ОО;.*\n/m, sub { my $h = $&; my $g = $h; $h =~ s/ [^;\n]*//g; $g =~ s/(^|;)[^ ;\n]* ?/$1/g; $h . $g }));
text_file('header_letters_alike.csv', 'Latin letters that look like Cyrillic in the header',
	'refused', changed($f1, qr/;Отметка;/, ';Oтмeткa;'));

# --- size ------------------------------------------------------------------
text_file('columns_10000.csv', 'ten thousand columns', 'refused|nothing|stored',
	$f1 =~ s/\n/';' x 10000 . "\n"/gre);
text_file('filled_columns_10000.csv', 'ten thousand item columns', 'refused|nothing',
	"ВПР 2026 Русский язык 4 класс\nОО;Код участника;"
	  . join(';', map { "$_ (1б)" } 1 .. 10000)
	  . ";Первичный балл;Отметка\nedu990001;40001;" . '1;' x 10000 . "10;3\n");
bytes_file('long_line.csv', 'a line of 5 MB', 'refused', 'x' x 5_000_000);
text_file('long_cell.csv', 'a school name of a million letters', 'stored',
	with_cell($f1, $first, 2, 'Ш' x 1_000_000));
text_file('long_participant.csv', 'a participant code of a million digits', 'partly',
	with_cell($f1, $first, 3, '4' x 1_000_000));
text_file('empty_lines.csv', 'ten thousand empty lines, nothing else', 'refused', "\n" x 10_000);
text_file('empty_lines_below.csv', 'ten thousand empty rows below the pupils', 'stored',
	$f1 . (';' x 23 . "\n") x 10_000);
text_file('school_lines_2000.csv', 'two thousand repeated school lines', 'stored',
	changed($f1, qr/^(Школа № 1.*\n)/m, sub { $1 x 2000 }));
text_file('empty.csv', 'no bytes at all', 'refused', '');
text_file('one_line_end.csv', 'one line end', 'refused', "\n");
text_file('only_bom.csv', 'a byte order mark and nothing else', 'refused', "\x{FEFF}");

# --- cells -----------------------------------------------------------------
text_file('formula_cells.csv', 'cells =2+2, +cmd|..., @SUM in place of codes and marks', 'partly',
	with_cell(
		with_cell(with_cell($f1, $first, 3, '=2+2'), ';40002;', 22, "+cmd|' /C calc'!A0"),
		';40003;', 21, '@SUM(A1:A9)'));
text_file('marks_in_words.csv', 'marks «5 (отл)», «пять», «н/а»', 'partly',
	with_cell(with_cell(with_cell($f1, $first, 22, '5 (отл)'), ';40002;', 22, 'пять'),
		';40003;', 22, 'н/а'));
text_file('dates_for_marks.csv', 'marks that a spreadsheet turned into dates', 'partly',
	with_cell(with_cell($f1, $first, 22, '02.янв'), ';40002;', 22, '03.01.2026'));
text_file('decimal_score.csv', 'scores 7,5 and 12.0', 'partly',
	with_cell(with_cell($f1, $first, 21, '7,5'), ';40002;', 21, '12.0'));
text_file('exponent.csv', 'numbers 1E+05 and 4,0E+00', 'partly',
	with_cell(with_cell($f1, $first, 21, '1E+05'), ';40002;', 22, '4,0E+00'));
text_file('negative_score.csv', 'a score of -1', 'partly', with_cell($f1, $first, 21, '-1'));
text_file('score_above_maximum.csv', 'a score of 25 of 24', 'partly',
	with_cell($f1, $first, 21, '25'));
text_file('score_overflow.csv', 'a score of thirty digits', 'partly',
	with_cell($f1, $first, 21, '9' x 30));
text_file('mark_out_of_range.csv', 'marks 1 and 6', 'partly',
	with_cell(with_cell($f1, $first, 22, '1'), ';40002;', 22, '6'));
text_file('item_out_of_range.csv', 'item scores above the maximum of the item and below zero', 'partly|stored',
	with_cell(with_cell($f1, $first, 6, '9'), ';40002;', 6, '-2'));
text_file('items_do_not_sum.csv', 'item scores that do not sum to the score', 'stored|partly',
	with_cell($f1, $first, 6, '2'));
text_file('blank_participant.csv', 'a pupil without a code', 'partly', with_cell($f1, $first, 3, ''));
text_file('person_as_participant.csv', 'a name where the code belongs', 'partly',
	with_cell($f1, $first, 3, 'Фамилия1 Имя1'));
text_file('person_in_every_cell.csv', 'a name in each cell of a pupil', 'partly',
	with_cell($f1, $first, 0, join(';', ('Фамилия1 Имя1 Отчество1') x 24)));
text_file('control_characters.csv', 'control characters in codes and names', 'partly',
	with_cell(with_cell($f1, $first, 3, "40\x{07}001"), ';40002;', 2, "Школа\x{1B}[31m № 1\x{0B}"));
text_file('copy_control_characters.csv', 'bytes 1 and 2, which the loading command divides by',
	'refused|partly|stored',
	with_cell(with_cell($f1, $first, 2, "Школа\x{01}№ 1"), ';40002;', 2, "Школа \x{02}№ 1"));
text_file('emoji.csv', 'emoji and combining marks in names and codes', 'partly',
	with_cell(with_cell($f1, $first, 3, "4\x{1F600}"), ';40002;', 2, "Шко\x{306}ла \x{1F3EB}"));
text_file('right_to_left.csv', 'right-to-left marks around codes and marks', 'partly|stored',
	with_cell(with_cell($f1, $first, 3, "\x{202E}40001\x{202C}"), ';40002;', 22, "\x{200F}3"));
text_file('zero_width.csv', 'zero-width spaces inside header and codes', 'refused|partly',
	changed(with_cell($f1, $first, 3, "400\x{200B}01"), qr/Отметка;/, "От\x{200B}метка;"));
text_file('no_break_spaces.csv', 'no-break spaces around every value', 'stored',
	join("\n",
		map { my $l = $_; $l =~ s/;(\d+)(?=;|$)/;\x{A0}$1\x{A0}/g if $l =~ /^edu/; $l }
		  split(/\n/, $f1, -1)));
text_file('full_width_digits.csv', 'digits of another script', 'partly',
	with_cell($f1, $first, 21, "\x{FF11}\x{FF12}"));
text_file('sql_in_cells.csv', 'quotes and statements in cells', 'partly',
	with_cell(
		with_cell($f1, $first, 3, "'); DROP TABLE result; --"),
		';40002;', 0, "edu990001' OR '1'='1"));
text_file('format_signs.csv', 'percent and dollar signs in cells that messages quote', 'partly',
	with_cell(with_cell($f1, $first, 22, '%s%n%I'), ';40002;', 21, '$1 %L \\1'));
text_file('null_words.csv', 'NULL, \\N and #N/A for values', 'partly',
	with_cell(
		with_cell(with_cell($f1, $first, 22, 'NULL'), ';40002;', 22, '\\N'),
		';40003;', 21, '#N/A'));

# --- which school, pupil, exam ---------------------------------------------
text_file('unknown_school.csv', 'a school that is in no list', 'partly',
	$f1 =~ s/edu990002/edu999999/gr);
text_file('blank_school.csv', 'merged-cell leftovers: school cells filled in its first row only',
	'partly|stored',
	do
	{
		my $seen = '';
		join(
			"\n",
			map {
				my $l = $_;
				if ($l =~ /^(edu\d+)/)
				{
					my $login = $1;
					$l =~ s/^[^;]*;[^;]*;/;;/ if $login eq $seen;
					$seen = $login;
				}
				$l;
			} split(/\n/, $f1, -1));
	});
text_file('repeated_pupils.csv', 'every pupil twice, the same', 'partly',
	$f1 =~ s/^(edu.*\n)/$1$1/gmr);
text_file('contradicting_pupils.csv', 'a pupil twice with different marks', 'partly',
	changed($f1, qr/^(edu990001;.*;40001;.*)\n/m,
		sub { my $l = $1; my $m = $l; $m =~ s/;\d;(\d|нет отметки)$/;5;$1/; "$l\n$m\n" }));
text_file('unknown_subject.csv', 'a subject nobody teaches', 'refused|nothing',
	$f1 =~ s/Русский язык/Прикладная алхимия/gr);
text_file('no_year.csv', 'no year in the title, no date', 'refused|nothing',
	$f1 =~ s/ВПР 2026 /ВПР /r =~ s/^Дата:.*\n//mr);
text_file('year_9999.csv', 'the year 9999', 'refused|nothing', $f1 =~ s/2026/9999/gr);
text_file('year_not_open.csv', 'a year the warehouse has not opened', 'refused|nothing',
	$f1 =~ s/2026/2031/gr);
text_file('wrong_class_title.csv', 'a grade that has no such work', 'refused|nothing',
	$f1 =~ s/4 класс/13 класс/r);
text_file('two_works_in_one.csv', 'a report of another work below the first', 'stored|partly',
	$f1 . text_of('fis_oko/f1_ma5_2026_tab.csv') =~ tr/\t/;/r);

# --- aggregate reports -----------------------------------------------------
my $school_line = 'edu990001';
text_file('percent_in_count.csv', '«12,36%» in the column of participants', 'partly',
	with_cell($marks, $school_line, 2, '12,36%'));
text_file('spaced_count.csv', '«1 722 202» with blanks and no-break blanks in a count', 'partly|stored',
	with_cell($marks, 'Пример-область', 2, "1\x{A0}722 202"));
text_file('percents_99_97.csv', 'percentages that sum to 99.97', 'partly',
	with_cell($marks, $school_line, 3, '24,97'));
text_file('percents_100_03.csv', 'percentages that sum to 100.03', 'partly',
	with_cell($marks, $school_line, 3, '25,03'));
text_file('percents_250.csv', 'percentages that sum to 250', 'partly',
	with_cell(with_cell($marks, $school_line, 3, '100'), $school_line, 4, '150'));
text_file('percents_fit_nothing.csv', 'percentages that no whole numbers of pupils give', 'partly',
	with_cell(with_cell($marks, $school_line, 3, '30,00'), $school_line, 4, '28,33'));
text_file('percents_negative.csv', 'a negative percentage', 'partly',
	with_cell(with_cell($marks, $school_line, 3, '-8,33'), $school_line, 4, '66,66'));
text_file('percents_as_fractions.csv', '0,25 in place of 25 %', 'nothing',
	$marks =~ s/(?<=;)(\d+),(\d\d)/sprintf('%.4f', "$1.$2" \/ 100) =~ tr{.}{,}r/gre);
text_file('percents_blank.csv', 'a school whose percentages are blank', 'partly',
	with_cell(with_cell($marks, $school_line, 3, ''), $school_line, 5, ''));
text_file('participants_zero.csv', 'a school with no participants and percentages', 'partly',
	with_cell($marks, $school_line, 2, '0'));
text_file('participants_huge.csv', 'participants of thirty digits', 'partly',
	with_cell($marks, $school_line, 2, '9' x 30));
text_file('group_without_code.csv', 'a school line without a login', 'partly|stored',
	$marks =~ s/\(edu990002\)//r);
text_file('group_twice.csv', 'a school twice with different percentages', 'partly',
	$marks . "Школа № 1 (пример)(edu990001);;4;25,00;25,00;25,00;25,00\n");
text_file('journal_disagrees.csv', 'counts and percentages of one line disagree', 'partly|stored',
	with_cell($journal, $school_line, 2, '99,00'));
text_file('scores_beyond_maximum.csv', 'score columns above the maximum of the work', 'partly|refused|stored|nothing',
	$scores =~ s/^(Группы.*)$/$1;25;26/mr =~ s/^([^\n]*edu990001[^\n]*)$/$1;10,00;0/mr);
text_file('items_above_hundred.csv', 'an item completed by 140 per cent', 'partly',
	with_cell($items, $school_line, 3, '140,00'));
text_file('working_years_mixed.csv', 'a working table with a year in words and one not opened', 'partly',
	$working =~ s/^2026;4/двадцать шестой;4/mr =~ s/^2026;5/2031;5/mr);

# --- РИС protocols ---------------------------------------------------------
text_file('stacked_columns_change.csv', 'column order changes between stacked exams', 'stored',
	do
	{
		my $n = 0;
		join(
			"\n",
			map {
				my $l = $_;
				$n++ if $l =~ /^\d\d - /;
				if ($n == 2 && $l !~ /^\d\d - / && $l =~ /\d|№/)
				{
					my @c = split(/;/, $l, -1);
					$l = join(';', @c[ 14, 13, 0 .. 12 ]);
				}
				$l;
			} split(/\n/, $stacked, -1));
	});
text_file('stacked_without_header.csv', 'the second exam has no header of its own', 'stored|partly',
	do
	{
		my $n = 0;
		$stacked =~ s/^(№;.*\n)/++$n == 2 ? '' : $1/gmer;
	});
text_file('exam_line_broken.csv', 'exam lines without a date', 'nothing|refused',
	$oge =~ s/^(02 - Математика) 2025\.06\.03/$1/mr);
text_file('exam_date_impossible.csv', 'an exam on the 99th of the 99th month', 'nothing|refused',
	$oge =~ s/2025\.06\.03/2025.99.99/r);
text_file('exam_code_unknown.csv', 'exam code 77', 'nothing|refused',
	$oge =~ s/^02 - Математика/77 - Неведомый предмет/mr);
text_file('answers_broken.csv', 'answer strings of other signs', 'partly',
	$oge =~ s/;[-+]{19};/;++?--*01;/r);
text_file('answers_long.csv', 'an answer string of a hundred thousand signs', 'partly',
	$oge =~ s/;[-+]{19};/';' . '+-' x 50_000 . ';'/er);
text_file('long_answer_above_maximum.csv', 'a long answer 9(2)', 'partly',
	$oge =~ s/\d\(2\);/9(2);/r);
text_file('ege_score_above_100.csv', 'a test score of 101', 'partly',
	$ege =~ s/^(1;.*);\d+$/$1;101/mr);
text_file('oge_without_code.csv', 'participants without a code, with names only', 'nothing|partly',
	$oge =~ s/;992\d{6};/;;/gr);
text_file('form_all_absent.csv', 'the form of a school, everybody was away', 'refused|nothing',
	join("\n",
		map { my @c = split(/;/, $_, -1); @c > 10 && $c[0] =~ /^\d{5}$/
			? join(';', $c[0], 'отсутствовал', ('') x 14) : $_ } split(/\n/, $form, -1)));

# --- the canonical form ----------------------------------------------------
text_file('canonical_shuffled.csv', 'canonical columns in another order, one missing', 'stored',
	join("\n", map { my @c = split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/, $_, -1);
		@c > 12 ? join(';', @c[ 13, 7, 6, 5, 0 .. 4, 10, 11, 12 ]) : $_ } split(/\n/, $canonical, -1)));

# --- not CSV at all --------------------------------------------------------
text_file('html.csv', 'a web page saved as .csv', 'refused',
	"<html><body><table>\n<tr><td>Код участника</td><td>Отметка</td></tr>\n"
	  . "<tr><td>40001</td><td>5</td></tr>\n</table></body></html>\n");
text_file('json.csv', 'JSON', 'refused',
	qq({"rows": [{"Код участника": 40001, "Первичный балл": 12, "Отметка": 3}]}\n));
text_file('xml.csv', 'XML', 'refused',
	qq(<?xml version="1.0" encoding="UTF-8"?>\n<rows><row code="40001" mark="3"/></rows>\n));
# The start of a zip archive, then bytes from a fixed sequence.
{
	my $seed = 7;
	my $noise = join('', map { $seed = ($seed * 1103515245 + 12345) % 2147483648; chr($seed / 65536 % 256) } 1 .. 20_000);
	bytes_file('xlsx_renamed.csv', 'an .xlsx renamed to .csv', 'refused',
		"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00[Content_Types].xml$noise");
	bytes_file('xls_renamed.csv', 'an old .xls renamed to .csv', 'refused',
		"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1$noise");
	bytes_file('noise.csv', 'random bytes without NUL', 'refused', $noise =~ tr/\x00//dr);
}

if ($huge)
{
	bytes_file('long_line_huge.csv', 'a line of 200 MB', 'refused', 'x' x 200_000_000);
	bytes_file('empty_lines_huge.csv', 'a million empty lines', 'refused', "\n" x 1_000_000);
	text_file('empty_rows_huge.csv', 'a million empty lines below the pupils', 'stored',
		$f1 . "\n" x 1_000_000);
}

# Rows stored, where that does not hang on how lenient the import is.
my %stored;
@stored{ map { "$_.csv" } qw(no_last_line_end bom_in_the_middle bom_twice trailing_delimiters
	  empty_lines_between sep_line quote_in_cell header_in_second_column header_twice long_cell
	  empty_lines_below school_lines_2000 no_break_spaces items_do_not_sum repeated_pupils
	  canonical_shuffled) } = (29) x 100;
@stored{ map { "$_.csv" } qw(cut_in_quoted_cell long_participant negative_score score_above_maximum
	  score_overflow blank_participant person_as_participant person_in_every_cell
	  full_width_digits contradicting_pupils) } = (28) x 100;
@stored{ map { "$_.csv" } qw(dates_for_marks exponent mark_out_of_range format_signs) } = (27) x 100;
@stored{ map { "$_.csv" } qw(formula_cells marks_in_words null_words) } = (26) x 100;
@stored{ map { "$_.csv" } qw(percent_in_count percents_99_97 percents_100_03 percents_250
	  percents_fit_nothing percents_negative percents_blank participants_zero participants_huge
	  group_without_code) } = (6) x 100;
@stored{ map { "$_.csv" } qw(answers_broken answers_long long_answer_above_maximum) } = (20) x 100;
@stored{qw(cut_in_line.csv unknown_school.csv journal_disagrees.csv two_works_in_one.csv
	  stacked_columns_change.csv ege_score_above_100.csv)}
  = (11, 20, 5, 52, 59, 26);
push @$_, $stored{ $_->[0] } // () for @index;

write_bytes('index.tsv',
	encode('UTF-8', join('', map { join("\t", @$_) . "\n" } @index)));
printf "%d files\n", scalar @index;
