#!/usr/bin/perl
# make_files.pl: writes the synthetic files of fis_oko/ and ris_gia/ beside it
# (or under the directory named), and expected_*.tsv, which tell what is in them.
#
# Every pupil is made once, from a fixed sequence of numbers; individual and
# aggregate files are views of the same pupils, so each can be checked against
# the other. Nothing here is real: schools are numbered examples, name columns
# hold the words Фамилия1, Имя1, Отчество1, document columns made-up numbers.
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use FindBin;

my $top = shift // $FindBin::Bin;
my (@expected_results, @expected_counts);

# A linear congruential sequence: the same in every version of Perl.
my $seed = 20260415;

sub dice
{
	my $sides = shift;
	$seed = ($seed * 1103515245 + 12345) % 2147483648;
	return int($seed / 65536) % $sides;
}

sub percent
{
	my ($count, $of) = @_;
	return sprintf('%.2f', int(($count * 20000 + $of) / (2 * $of)) / 100);
}

# ---------------------------------------------------------------------------
# Writing: rows of cells into one file, in the encoding and with the delimiter
# asked for. A cell is quoted when it must be.

sub write_file
{
	my ($name, $rows, %how) = @_;
	my $delimiter = $how{delimiter} // ';';
	my $end = $how{end} // "\r\n";
	my $text = '';
	for my $row (@$rows)
	{
		my @cells = map {
			my $c = $_ // '';
			$c =~ s/"/""/g;
			$c = qq("$c") if $c =~ /["\r\n]/ || index($c, $delimiter) >= 0;
			$c;
		} @$row;
		# Spreadsheets pad short rows to the width of the sheet.
		push @cells, ('') x ($how{width} - @cells) if $how{width} && @cells < $how{width};
		$text .= join($delimiter, @cells) . $end;
	}
	my $bytes = encode($how{encoding} // 'UTF-8', $text, Encode::FB_CROAK);
	$bytes = "\xEF\xBB\xBF$bytes" if $how{bom};
	open(my $f, '>:raw', "$top/$name") or die "$name: $!";
	print $f $bytes;
	close($f) or die "$name: $!";
	return;
}

sub write_expected
{
	my ($name, $header, $rows) = @_;
	write_file($name, [ $header, @$rows ], delimiter => "\t", end => "\n");
	return;
}

# All decimal points of a table as commas.
sub with_commas
{
	return [
		map {
			[ map { my $c = $_; $c =~ s/^(\d+)\.(\d\d)$/$1,$2/ if defined $c; $c } @$_ ]
		} @_
	];
}

# ---------------------------------------------------------------------------
# Schools and pupils

my @schools = (
	{
		no => 1, name => 'Школа № 1 (пример)', login => 'edu990001', ris => '990001',
		municipality => 'Первый район(reg99_m001)', place => 'Первый район', msu => '01'
	},
	{
		no => 2, name => 'Школа № 2 (пример)', login => 'edu990002', ris => '990002',
		municipality => 'Первый район(reg99_m001)', place => 'Первый район', msu => '01'
	},
	{
		no => 3, name => 'Школа № 3 «Пример; с "кавычками"»', login => 'edu990003',
		ris => '990003', municipality => 'Второй район(reg99_m002)',
		place => 'Второй район', msu => '02'
	});
my $region = 'Пример-область';

my %vpr = (
	ru4 => {
		subject => 'rus', title => 'Русский язык', short => 'РУ', grade => 4,
		year => 2026, date => '15.04.2026', cuts => [ 10, 16, 21 ],
		items => [
			[ '1', 2 ], [ '2', 1 ], [ '3', 2 ], [ '4', 2 ], [ '5', 1 ], [ '6', 2 ],
			[ '7', 2 ], [ '8', 1 ], [ '9.1', 1 ], [ '9.2', 2 ], [ '10.1', 1 ],
			[ '10.2', 2 ], [ '11', 2 ], [ '12.1', 2 ], [ '12.2', 1 ]
		],
		sizes => [ 12, 9, 8 ]
	},
	ma5 => {
		subject => 'math', title => 'Математика', short => 'МА', grade => 5,
		year => 2026, date => '21.04.2026', cuts => [ 7, 11, 15 ],
		items => [
			[ '1', 1 ], [ '2', 1 ], [ '3', 2 ], [ '4К1', 3 ], [ '4К2', 2 ], [ '5', 1 ],
			[ '6.1', 1 ], [ '6.2', 1 ], [ '7', 2 ], [ '8', 2 ], [ '9', 2 ], [ '10', 2 ]
		],
		sizes => [ 10, 7, 6 ]
	},
	ru5 => {
		subject => 'rus', title => 'Русский язык', short => 'РУ', grade => 5,
		year => 2026, date => '17.04.2026', cuts => [ 12, 19, 25 ],
		items => [
			[ '1К1', 4 ], [ '1К2', 3 ], [ '1К3', 2 ], [ '2К1', 3 ], [ '2К2', 3 ],
			[ '2К3', 3 ], [ '3', 2 ], [ '4.1', 3 ], [ '4.2', 2 ], [ '5', 5 ]
		],
		sizes => [ 14, 0, 0 ]
	});

sub mark_of
{
	my ($score, $cuts) = @_;
	return 2 + grep { $score >= $_ } @$cuts;
}

# Pupils of one ВПР: item scores first, everything else follows from them.
sub vpr_pupils
{
	my $work = shift;
	my @pupils;
	my $number = $work->{grade} * 10000;
	for my $school (@schools)
	{
		for my $n (1 .. $work->{sizes}[ $school->{no} - 1 ])
		{
			my $ability = 25 + dice(76);
			my @tasks = map {
				my $item = $_;
				dice(25) == 0
				  ? undef
				  : scalar grep { dice(100) < $ability } 1 .. $item->[1];
			} @{ $work->{items} };
			my $score = 0;
			$score += $_ // 0 for @tasks;
			my $mark = mark_of($score, $work->{cuts});
			my $journal = $mark + (0, 0, 0, 1, 1, -1, -1, 2)[ dice(8) ];
			$journal = 5 if $journal > 5;
			$journal = 2 if $journal < 2;
			# One pupil in nine has no journal mark.
			$journal = undef if $n % 9 == 4;
			push @pupils,
			  {
				school => $school, code => ++$number, class => 1 + ($n > 8),
				variant => 1 + $n % 2, tasks => \@tasks, score => $score,
				mark => $mark, journal => $journal
			  };
		}
	}
	return \@pupils;
}

sub max_score
{
	my $sum = 0;
	$sum += $_->[1] for @{ $_[0]{items} };
	return $sum;
}

sub expect_result
{
	my ($file, $what, $p) = @_;
	push @expected_results,
	  [
		$file, $what->{year}, $what->{exam}, $what->{subject}, $what->{level} // 'none',
		$what->{grade}, $what->{kind}, $what->{code}, $p->{code} // '*',
		$p->{attempt} // 1, $p->{class} // '', $p->{score} // '', $p->{mark} // '',
		$p->{journal} // '', $p->{tasks} ? join(';', map { $_ // 'X' } @{ $p->{tasks} }) : ''
	  ];
	return;
}

sub expect_vpr
{
	my ($file, $work, $pupils) = @_;
	for my $p (@$pupils)
	{
		expect_result(
			$file,
			{
				%$work, exam => 'vpr', kind => 'fis_oko', code => $p->{school}{login}
			},
			$p);
	}
	return;
}

# ---------------------------------------------------------------------------
# ФИС ОКО reports

sub titles
{
	my ($report, $work) = @_;
	return (
		[$report], [],
		["ВПР $work->{year} $work->{title} $work->{grade} класс"],
		[ 'Предмет:', $work->{title} ],
		[ 'Максимальный первичный балл:', max_score($work) ],
		[ 'Дата:', $work->{date} ]);
}

sub f1
{
	my ($work, $pupils, %how) = @_;
	my @items = map { "$_->[0] ($_->[1]б)" } @{ $work->{items} };
	my @rows = titles('Индивидуальные результаты', $work);
	push @rows,
	  [ ('') x 5, 'Уровень сложности задания',
		map { $_->[1] > 1 ? 'П' : 'Б' } @{ $work->{items} } ];
	my @header = ('ОО', 'Муниципалитет', 'Название ОО', 'Код участника', 'Класс', 'Вариант',
		@items, 'Первичный балл', 'Отметка', 'Отметка по журналу');
	if ($how{multiline})
	{
		s/^(Первичный|Название|Код) /$1\n/, s/^Отметка по /Отметка\nпо / for @header;
	}
	push @rows, \@header;
	my $blank = 0;
	for my $school (@schools)
	{
		my @own = grep { $_->{school} == $school } @$pupils or next;
		push @rows,
		  [ "$school->{name}($school->{login})", 'Кол-во участников: ' . scalar(@own) ];
		for my $p (@own)
		{
			# No value is written in four ways.
			push @rows,
			  [
				$school->{login}, $school->{municipality}, $school->{name}, $p->{code},
				$p->{class}, $p->{variant},
				(map { $_ // (qw(X Х -), '')[ $blank++ % 4 ] } @{ $p->{tasks} }),
				$p->{score}, $p->{mark},
				$p->{journal} // ($how{dash} ? '-' : 'нет отметки')
			  ];
		}
	}
	return \@rows;
}

# The groups an aggregate report has a line for: the country, made up whole,
# then the region, municipalities and schools, counted from the pupils.
sub groups
{
	my $pupils = shift;
	my @groups = ([ $region, undef, $pupils ]);
	my %seen;
	for my $school (@schools)
	{
		my $m = $school->{municipality};
		my @in = grep { $_->{school}{municipality} eq $m } @$pupils;
		push @groups, [ $m, undef, \@in ] if @in && !$seen{$m}++;
		my @own = grep { $_->{school} == $school } @$pupils;
		push @groups, [ "$school->{name}($school->{login})", $school, \@own ] if @own;
	}
	return @groups;
}

sub schools_in
{
	my %logins = map { $_->{school}{login} => 1 } @{ $_[0] };
	return scalar keys %logins;
}

sub expect_count
{
	my ($file, $work, $school, $measure, $key, $count, $n, $of) = @_;
	push @expected_counts,
	  [
		$file, $work->{year}, 'vpr', $work->{subject}, $work->{grade}, $school->{login},
		$n, $measure, $key, $count, $of // $n
	  ];
	return;
}

sub marks_report
{
	my ($file, $work, $pupils) = @_;
	my @rows = (
		titles('Статистика по отметкам', $work),
		[ 'Группы участников', 'Кол-во ОО', 'Кол-во участников', 2 .. 5 ],
		[ 'Вся выборка', '1 000', '50 000', '5.06', '32.92', '44.33', '17.69' ]);
	for my $g (groups($pupils))
	{
		my ($label, $school, $own) = @$g;
		my $n = @$own;
		my @counts = map { my $m = $_; scalar grep { $_->{mark} == $m } @$own } 2 .. 5;
		push @rows,
		  [ $label, $school ? '' : schools_in($own), $n, map { percent($_, $n) } @counts ];
		next unless $school;
		expect_count($file, $work, $school, 'mark', $_, $counts[ $_ - 2 ], $n) for 2 .. 5;
	}
	return @rows;
}

# Pupils without a journal mark are not compared, so not counted here.
my @directions = (
	[ 'lower', 'Понизили (Отметка < Отметка по журналу)' ],
	[ 'same', 'Подтвердили (Отметка = Отметке по журналу)' ],
	[ 'higher', 'Повысили (Отметка > Отметка по журналу)' ]);

sub journal_counts
{
	my $own = shift;
	my @compared = grep { defined $_->{journal} } @$own;
	my @counts = (0, 0, 0);
	$counts[ 1 + ($_->{mark} <=> $_->{journal}) ]++ for @compared;
	return (scalar @compared, @counts);
}

sub journal_report
{
	my ($file, $work, $pupils, $form) = @_;
	my @rows = titles('Сравнение отметок с отметками по журналу', $work);
	if ($form eq 'long')
	{
		push @rows, [ 'Группы участников', 'Кол-во участников', '%' ];
	}
	else
	{
		push @rows,
		  [
			'Группы участников', "Кол-во участников\n(всего)",
			map { my $d = $_->[1]; $d =~ s/ \(/\n(/; ("$d %", "$d\nКол-во участников") }
			  @directions
		  ];
	}
	for my $g (groups($pupils))
	{
		my ($label, $school, $own) = @$g;
		my ($n, @counts) = journal_counts($own);
		if ($form eq 'long')
		{
			push @rows, [$label];
			push @rows, [ "  $directions[$_][1]", $counts[$_], percent($counts[$_], $n) ]
			  for 0 .. 2;
			push @rows, [ '  Всего', $n, '100.00' ];
		}
		else
		{
			push @rows, [ $label, $n, map { (percent($_, $n), $_) } @counts ];
		}
		next unless $school;
		expect_count($file, $work, $school, 'journal', $directions[$_][0], $counts[$_], $n)
		  for 0 .. 2;
	}
	return @rows;
}

sub score_counts
{
	my ($work, $own) = @_;
	my @counts = (0) x (1 + max_score($work));
	$counts[ $_->{score} ]++ for @$own;
	return @counts;
}

sub scores_report
{
	my ($file, $work, $pupils) = @_;
	my @rows = (
		titles('Распределение первичных баллов', $work),
		[ 'Группы участников', 'Кол-во ОО', 'Кол-во участников', 0 .. max_score($work) ]);
	for my $g (groups($pupils))
	{
		my ($label, $school, $own) = @$g;
		my $n = @$own;
		my @counts = score_counts($work, $own);
		push @rows,
		  [ $label, $school ? '' : schools_in($own), $n, map { percent($_, $n) } @counts ];
		next unless $school;
		expect_count($file, $work, $school, 'score', $_, $counts[$_], $n)
		  for grep { $counts[$_] } 0 .. $#counts;
	}
	return @rows;
}

sub items_report
{
	my ($file, $work, $pupils) = @_;
	my @rows = (
		titles('Выполнение заданий', $work),
		[ 'Группы участников', 'Кол-во ОО', 'Кол-во участников', map { $_->[0] } @{ $work->{items} } ],
		[ 'Максимальный балл', '', '', map { $_->[1] } @{ $work->{items} } ]);
	for my $g (groups($pupils))
	{
		my ($label, $school, $own) = @$g;
		my $n = @$own;
		my @sums;
		for my $i (0 .. $#{ $work->{items} })
		{
			$sums[$i] = 0;
			$sums[$i] += $_->{tasks}[$i] // 0 for @$own;
		}
		push @rows,
		  [
			$label, $school ? '' : schools_in($own), $n,
			map { percent($sums[$_], $n * $work->{items}[$_][1]) } 0 .. $#sums
		  ];
		next unless $school;
		expect_count($file, $work, $school, 'item', $_ + 1, $sums[$_], $n,
			$n * $work->{items}[$_][1])
		  for 0 .. $#sums;
	}
	return @rows;
}

# The regional working tables: no titles, one line a school, year and subject
# in columns. The school column has the name alone.
sub working_rows
{
	my ($work, $pupils, $counts_of) = @_;
	my @rows;
	for my $school (@schools)
	{
		my @own = grep { $_->{school} == $school } @$pupils or next;
		push @rows,
		  [
			$work->{year}, $work->{grade}, $work->{title}, $school->{place},
			$school->{login}, $school->{name}, scalar(@own),
			map { percent($_, scalar @own) } $counts_of->(\@own)
		  ];
	}
	return @rows;
}
my @working = ('Год', 'Класс', 'Предмет', 'Муниципалитет', 'Логин', 'ОО', 'Кол-во участников');

my %pupils = map { $_ => vpr_pupils($vpr{$_}) } sort keys %vpr;
my ($ru4, $ma5, $ru5) = @vpr{qw(ru4 ma5 ru5)};

# Ф1 in four dresses.
for my $v (
	[ 'fis_oko/f1_ru4_2026.csv', {}, bom => 1 ],
	[ 'fis_oko/f1_ru4_2026_cp1251.csv', { dash => 1 }, encoding => 'cp1251' ],
	[
		'fis_oko/f1_ru4_2026_comma.csv', { multiline => 1 },
		delimiter => ',', end => "\n"
	])
{
	my ($file, $how, @dress) = @$v;
	write_file($file, f1($ru4, $pupils{ru4}, %$how), @dress, width => 24);
	expect_vpr($file, $ru4, $pupils{ru4});
}
my $file = 'fis_oko/f1_ma5_2026_tab.csv';
write_file($file, f1($ma5, $pupils{ma5}, multiline => 1), delimiter => "\t", width => 21);
expect_vpr($file, $ma5, $pupils{ma5});

$file = 'fis_oko/marks_ru4_2026.csv';
write_file($file, with_commas(marks_report($file, $ru4, $pupils{ru4})), bom => 1, width => 7);
$file = 'fis_oko/marks_ma5_2026_cp1251.csv';
write_file($file, [ marks_report($file, $ma5, $pupils{ma5}) ], encoding => 'cp1251', width => 7);

# The year before: only the aggregate is left. 11 of 89 is 12.36 %.
{
	my $work = { %$ma5, year => 2025, date => '22.04.2025' };
	my @counts = ([ 11, 40, 30, 8 ], [ 3, 3, 3, 1 ], [ 0, 1, 5, 1 ]);
	my @last = map {
		my $school = $_;
		map {
			my $mark = $_;
			map { { school => $school, mark => $mark } }
			  1 .. $counts[ $school->{no} - 1 ][ $mark - 2 ];
		} 2 .. 5;
	} @schools;
	$file = 'fis_oko/marks_ma5_2025_comma.csv';
	write_file(
		$file, with_commas(marks_report($file, $work, \@last)),
		delimiter => ',', end => "\n", width => 7);
}

$file = 'fis_oko/journal_ru4_2026.csv';
write_file($file, with_commas(journal_report($file, $ru4, $pupils{ru4}, 'wide')), bom => 1);
$file = 'fis_oko/journal_ru4_2026_tab.csv';
write_file($file, [ journal_report($file, $ru4, $pupils{ru4}, 'wide') ], delimiter => "\t",
	encoding => 'cp1251');
$file = 'fis_oko/journal_long_ru4_2026.csv';
write_file($file, with_commas(journal_report($file, $ru4, $pupils{ru4}, 'long')), bom => 1,
	width => 3);

$file = 'fis_oko/scores_ru4_2026.csv';
write_file($file, with_commas(scores_report($file, $ru4, $pupils{ru4})), width => 28);
$file = 'fis_oko/scores_ma5_2026_comma.csv';
write_file($file, [ scores_report($file, $ma5, $pupils{ma5}) ], delimiter => ',', bom => 1);

for my $v (
	[ 'fis_oko/scores_working_ru4_2026.csv', bom => 1 ],
	[ 'fis_oko/scores_working_ru4_2026_cp1251.csv', encoding => 'cp1251', end => "\n" ])
{
	my ($name, @dress) = @$v;
	my $max = max_score($ru4);
	write_file(
		$name,
		with_commas(
			[ @working, 0 .. $max ],
			working_rows($ru4, $pupils{ru4}, sub { score_counts($ru4, $_[0]) })),
		@dress);
	for my $g (grep { $_->[1] } groups($pupils{ru4}))
	{
		my @counts = score_counts($ru4, $g->[2]);
		expect_count($name, $ru4, $g->[1], 'score', $_, $counts[$_], scalar @{ $g->[2] })
		  for grep { $counts[$_] } 0 .. $max;
	}
}

# Two subjects in one table.
$file = 'fis_oko/marks_working_2026.csv';
{
	my $counts = sub {
		my $own = shift;
		return map { my $m = $_; scalar grep { $_->{mark} == $m } @$own } 2 .. 5;
	};
	write_file(
		$file,
		with_commas(
			[ @working, 2 .. 5 ],
			working_rows($ru4, $pupils{ru4}, $counts),
			working_rows($ma5, $pupils{ma5}, $counts)));
	for my $w ([ $ru4, $pupils{ru4} ], [ $ma5, $pupils{ma5} ])
	{
		for my $g (grep { $_->[1] } groups($w->[1]))
		{
			my @c = $counts->($g->[2]);
			expect_count($file, $w->[0], $g->[1], 'mark', $_, $c[ $_ - 2 ], scalar @{ $g->[2] })
			  for 2 .. 5;
		}
	}
}

$file = 'fis_oko/items_ru4_2026.csv';
write_file($file, with_commas(items_report($file, $ru4, $pupils{ru4})), bom => 1, width => 18);
$file = 'fis_oko/items_ma5_2026_cp1251.csv';
write_file($file, [ items_report($file, $ma5, $pupils{ma5}) ], encoding => 'cp1251',
	delimiter => ',');

# The same pupils in the warehouse's canonical form.
$file = 'canonical_2026.csv';
expect_vpr($file, $ru4, $pupils{ru4});
write_file(
	$file,
	[
		[
			qw(academic_year exam subject level grade school_code_kind school_code participant
			  class attempt score mark journal_mark task_scores)
		],
		map { [ @$_[ 1 .. 8, 10, 9, 11 .. 14 ] ] } grep { $_->[0] eq $file } @expected_results
	]);

# The school's own form has no school, subject, or year inside: they are in the
# file's name. Two pupils were away, three lines are not filled in; helper
# columns stand to the right of every line.
{
	my @header = (
		'Код участника', 'Вариант', (map { "$_->[0] ($_->[1]б)" } @{ $ru5->{items} }),
		'Порядковый номер класса', 'Отметка за предыдущий триместр/ четверть/полугодие',
		'Итого баллов');
	my $n = @{ $ru5->{items} };
	my @rows;
	for my $p (@{ $pupils{ru5} })
	{
		push @rows,
		  [
			$p->{code}, $p->{variant}, (map { $_ // 'X' } @{ $p->{tasks} }),
			$p->{class}, $p->{journal} // 'нет отметки', $p->{score}
		  ];
	}
	splice @rows, 3, 0, [ 50090, 'отсутствовал', ('') x $n, 1, 4, '' ];
	splice @rows, 9, 0, [ 50091, 'отсутствовал', ('') x $n, 2, 'нет отметки', '' ];
	# Prepared for more pupils than there are.
	push @rows, [ ('') x ($n + 5) ] for 1 .. 3;
	push @$_, ('', '', '', scalar(grep { /^\d+$/ } @$_), 'служебный столбец') for @rows;
	my $multi = [@header];
	s{^(Порядковый номер) }{$1\n}, s{^(Отметка за предыдущий) }{$1\n} for @$multi;
	my %dress = (
		'fis_oko/form_ru5_2026_edu990001.csv' => [ $multi, bom => 1 ],
		'fis_oko/form_ru5_2026_edu990001_cp1251.csv' =>
		  [ \@header, encoding => 'cp1251', delimiter => "\t" ]);
	for my $name (sort keys %dress)
	{
		my ($head, @how) = @{ $dress{$name} };
		write_file($name, [ $head, @rows ], @how, width => $n + 10);
		# The form has no mark: the cuts of the administration give it.
		expect_vpr($name, $ru5, $pupils{ru5});
	}
}

# ---------------------------------------------------------------------------
# РИС ГИА protocols

my %gia = (
	oge_rus => {
		exam => 'oge', subject => 'rus', grade => 9, number => '01', title => 'Русский язык',
		short => 12, long => [ 2, 3, 2, 3, 3, 3, 3, 3, 3 ], cuts => [ 15, 26, 33 ]
	},
	oge_math => {
		exam => 'oge', subject => 'math', grade => 9, number => '02', title => 'Математика',
		short => 19, long => [ (2) x 6 ], cuts => [ 8, 15, 22 ]
	},
	gve_rus => {
		exam => 'gve', subject => 'rus', grade => 9, number => '51', title => 'Русский язык',
		short => 8, long => [ 3, 3, 3 ], cuts => [ 5, 10, 14 ]
	},
	gve_math => {
		exam => 'gve', subject => 'math', grade => 9, number => '52', title => 'Математика',
		short => 10, long => [ 2, 2 ], cuts => [ 4, 7, 10 ]
	},
	ege_rus => {
		exam => 'ege', subject => 'rus', grade => 11, number => '01', title => 'Русский язык',
		short => 26, long => [ 1, 3, 2, 1, 2, 2, 3, 3, 2, 2, 1 ]
	},
	ege_math => {
		exam => 'ege', subject => 'math', level => 'profile', grade => 11, number => '02',
		title => 'Математика профильная', short => 12, long => [ 2, 3, 2, 2, 3, 4, 4 ]
	},
	ege_base => {
		exam => 'ege', subject => 'math', level => 'base', grade => 11, number => '22',
		title => 'Математика базовая', short => 21, long => [], cuts => [ 7, 12, 17 ]
	});
my $person = 0;

sub gia_pupils
{
	my ($what, $first_code, @sizes) = @_;
	my @pupils;
	for my $school (@schools)
	{
		for my $n (1 .. $sizes[ $school->{no} - 1 ])
		{
			push @pupils,
			  sit(
				$what,
				{
					school => $school, code => $first_code++, person => ++$person,
					class => $what->{grade} . (qw(А Б))[ $n % 2 ]
				},
				15 + dice(80));
		}
	}
	return \@pupils;
}

# One sitting: answers, then what follows from them.
sub sit
{
	my ($what, $pupil, $ability) = @_;
	my @short = map { dice(100) < $ability ? 1 : 0 } 1 .. $what->{short};
	my @long = map {
		my $max = $_;
		scalar grep { dice(110) < $ability } 1 .. $max;
	} @{ $what->{long} };
	my $primary = 0;
	$primary += $_ for @short, @long;
	my $max = $what->{short};
	$max += $_ for @{ $what->{long} };
	my %p = (
		%$pupil,
		b => join('', map { $_ ? '+' : '-' } @short),
		c => join('', map { "$long[$_]($what->{long}[$_])" } 0 .. $#long),
		tasks => [ @short, @long ],
		primary => $primary);
	if ($what->{exam} eq 'ege' && !$what->{cuts})
	{
		# A made-up scale, rising as the real ones do.
		$p{final} = int($primary * 100 / $max);
		$p{score} = $p{final};
	}
	else
	{
		$p{mark} = mark_of($primary, $what->{cuts});
		$p{final} = $p{mark};
		$p{score} = $primary;
	}
	return \%p;
}

sub expect_gia
{
	my ($file, $year, $what, $p) = @_;
	expect_result($file, { %$what, year => $year, kind => 'ris_gia', code => $p->{school}{ris} },
		$p);
	return;
}

sub person_cells
{
	my $p = shift;
	return ("Фамилия$p->{person}", "Имя$p->{person}", "Отчество$p->{person}");
}

sub document_cells
{
	my $p = shift;
	return ('9977', sprintf('770%03d', $p->{person}));
}

my $oge_header = [
	'№', 'Код ОО', 'Класс', 'Код ППЭ', 'Аудитория', 'Код участника',
	'Фамилия', 'Имя', 'Отчество', 'Серия', 'Номер', 'Ответы в краткой форме',
	'Ответы в развернутой форме', 'Первичный балл', 'Оценка'
];

sub oge_rows
{
	my $n = 0;
	return map {
		[
			++$n, $_->{school}{ris}, $_->{class}, '9901', sprintf('%04d', 1 + $n % 3), $_->{code},
			person_cells($_), document_cells($_), $_->{b}, $_->{c}, $_->{primary}, $_->{mark}
		]
	} @_;
}

my %day = (oge_rus => '2025.06.09', oge_math => '2025.06.03');
my $oge_rus = gia_pupils($gia{oge_rus}, 991000001, 9, 6, 5);
my $oge_math = gia_pupils($gia{oge_math}, 992000001, 10, 6, 5);
my $gve_rus = gia_pupils($gia{gve_rus}, 993000001, 3, 0, 2);
my $gve_math = gia_pupils($gia{gve_math}, 994000001, 2, 2, 0);

# One exam, a block line above.
for my $v (
	[ 'ris_gia/oge_math_2025.csv', bom => 1 ],
	[ 'ris_gia/oge_math_2025_cp1251_comma.csv', encoding => 'cp1251', delimiter => ',' ])
{
	my ($name, @how) = @$v;
	write_file(
		$name,
		[ ["02 - Математика $day{oge_math}"], $oge_header, oge_rows(@$oge_math) ],
		@how, width => 15);
	expect_gia($name, 2025, $gia{oge_math}, $_) for @$oge_math;
}

# «Код регистрации» in place of «Код участника», header cells of two lines.
{
	my $name = 'ris_gia/oge_rus_2025_registration.csv';
	my $header = [@$oge_header];
	$header->[5] = "Код\nрегистрации";
	$_ eq 'Первичный балл' and $_ = "Первичный\nбалл" for @$header;
	write_file($name, [ ["01 - Русский язык $day{oge_rus}"], $header, oge_rows(@$oge_rus) ],
		delimiter => "\t", width => 15);
	expect_gia($name, 2025, $gia{oge_rus}, $_) for @$oge_rus;
}

# Several exams in one sheet; those who failed sit again on a later day.
my @again = map {
	my ($what, $first) = @$_;
	[ map { sit($what, { %$_, attempt => 2 }, 60) } grep { $_->{mark} == 2 } @$first ];
} ([ $gia{oge_rus}, $oge_rus ], [ $gia{oge_math}, $oge_math ]);
{
	my @blocks = (
		[ $gia{oge_math}, $day{oge_math}, $oge_math ],
		[ $gia{oge_rus}, $day{oge_rus}, $oge_rus ],
		[ $gia{gve_rus}, $day{oge_rus}, $gve_rus ],
		[ $gia{gve_math}, $day{oge_math}, $gve_math ],
		[ $gia{oge_math}, '2025.07.02', $again[1] ],
		[ $gia{oge_rus}, '2025.07.04', $again[0] ]);
	for my $v ([ 'ris_gia/oge_stacked_2025.csv', bom => 1 ],
		[ 'ris_gia/oge_stacked_2025_cp1251.csv', encoding => 'cp1251', end => "\n" ])
	{
		my ($name, @how) = @$v;
		my @rows;
		# The day of the exam tells the attempt, not the place in the sheet.
		for my $b ($name =~ /cp1251/ ? reverse(@blocks) : @blocks)
		{
			my ($what, $date, $own) = @$b;
			next unless @$own;
			push @rows, ["$what->{number} - $what->{title} $date"], $oge_header, oge_rows(@$own), [];
			expect_gia($name, 2025, $what, $_) for @$own;
		}
		write_file($name, \@rows, @how, width => 15);
	}
}

# The flat CSV: exam and date in the file's name, no participant code at all.
{
	my $name = 'ris_gia/02_2025.06.03.csv';
	my @rows = map {
		[
			$_->{school}{ris}, $_->{class}, '9901', '0001', $_->{school}{msu}, person_cells($_),
			document_cells($_), $_->{b}, $_->{c}, $_->{primary}, $_->{mark}
		]
	} @$oge_math;
	write_file(
		$name,
		[
			[
				qw(SchoolCode ClassCode StationCode AuditoriumCode GovernmentCell SurnameCell
				  NameCell SecondNameCell DocumentSeriesCode DocumentNumberCode TestResultBCell
				  TestResultCCell PrimaryMark Mark5)
			],
			@rows
		],
		bom => 1);
	expect_gia($name, 2025, $gia{oge_math}, { %$_, code => undef }) for @$oge_math;
}

# After appeals: the exam stands in a column, the appeal in another; two
# pupils have one point more than before.
{
	my $name = 'ris_gia/oge_math_2026_appeal.csv';
	my $own = gia_pupils($gia{oge_math}, 995000001, 6, 4, 3);
	for my $p (@$own[ 1, 7 ])
	{
		my $i = index($p->{b}, '-');
		substr($p->{b}, $i, 1) = '+';
		$p->{tasks}[$i] = 1;
		$p->{primary} = ++$p->{score};
		$p->{mark} = mark_of($p->{score}, $gia{oge_math}{cuts});
		$p->{appeal} = 'апелляция';
	}
	my @rows = oge_rows(@$own);
	unshift @$_, 'Математика(2026.06.02)' for @rows;
	push @{ $rows[$_] }, $own->[$_]{appeal} // '' for 0 .. $#rows;
	write_file($name, [ [ 'Экзамен', @$oge_header, 'апелляция' ], @rows ], bom => 1);
	expect_gia($name, 2026, $gia{oge_math}, $_) for @$own;
}

# ЕГЭ, both headers.
{
	my @blocks = (
		[ $gia{ege_rus}, '2025.05.30', gia_pupils($gia{ege_rus}, 996000001, 7, 5, 0) ],
		[ $gia{ege_math}, '2025.05.27', gia_pupils($gia{ege_math}, 997000001, 5, 3, 0) ],
		[ $gia{ege_base}, '2025.05.27', gia_pupils($gia{ege_base}, 998000001, 4, 3, 0) ]);
	my $cells = sub {
		my ($what, $own) = @_;
		my $n = 0;
		return map {
			{
				n => ++$n, ppe => '9911', oo => $_->{school}{ris}, class => $_->{class},
				oop => 1, profile => 'универсальный', msu => $_->{school}{msu},
				person => [ person_cells($_) ], variant => 300 + $n % 4, code => $_->{code},
				form => '21977' . sprintf('%08d', $_->{person}), b => $_->{b}, c => $_->{c},
				primary => $_->{primary}, final => $_->{final}
			}
		} @$own;
	};
	my @full = (
		'№', 'Код ППЭ', 'Код ОО', 'Класс', 'Код ООП', 'Профиль', 'Фамилия', 'Имя', 'Отчество',
		'Вариант', 'Код участника', '№ бланка', 'Ответы в краткой форме',
		'Ответы в развернутой форме', 'Первичный балл', 'Итоговый балл');
	# Empty columns between, another order, other words.
	my @sparse = (
		'№', 'Код МСУ', 'Код ОО', '', 'Класс', 'Код ППЭ', '', 'Фамилия', 'Имя', 'Отчество', '',
		'Код участника', 'Задания с кратким ответом', 'Задания с развёрнутым ответом', '',
		'Тестовый балл', 'Первичный балл');
	my %dress = (
		'ris_gia/ege_2025.csv' => [ 0, bom => 1 ],
		'ris_gia/ege_2025_cp1251_tab.csv' => [ 0, encoding => 'cp1251', delimiter => "\t" ],
		'ris_gia/ege_2025_sparse.csv' => [ 1, end => "\n" ],
		'ris_gia/ege_2025_sparse_comma.csv' => [ 1, bom => 1, delimiter => ',' ]);
	for my $name (sort keys %dress)
	{
		my ($is_sparse, @how) = @{ $dress{$name} };
		my @rows;
		for my $b (@blocks)
		{
			my ($what, $date, $own) = @$b;
			push @rows, ["$what->{number} - $what->{title} $date"];
			push @rows, $is_sparse ? \@sparse : \@full;
			for my $c ($cells->($what, $own))
			{
				push @rows, $is_sparse
				  ? [
					@$c{qw(n msu oo)}, '', @$c{qw(class ppe)}, '', @{ $c->{person} }, '',
					@$c{qw(code b c)}, '', @$c{qw(final primary)}
				  ]
				  : [
					@$c{qw(n ppe oo class oop profile)}, @{ $c->{person} },
					@$c{qw(variant code form b c primary final)}
				  ];
			}
			push @rows, [];
			expect_gia($name, 2025, $what, $_) for @$own;
		}
		write_file($name, \@rows, @how, width => $is_sparse ? 17 : 16);
	}
}

# ---------------------------------------------------------------------------
write_expected(
	'expected_results.tsv',
	[
		qw(file academic_year exam subject level grade school_code_kind school_code
		  participant attempt class score mark journal_mark task_scores)
	],
	\@expected_results);
write_expected(
	'expected_counts.tsv',
	[ qw(file academic_year exam subject grade school_code participants measure key count of_all) ],
	\@expected_counts);
