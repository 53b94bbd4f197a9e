# roadmap_ics: a calendar program's parser reads the text and finds in it every
# due day of the warehouse, with its words.
use strict;
use warnings;

use Encode qw(decode);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Debian's libdata-ical-perl.
eval { require Data::ICal; 1 }
  or plan skip_all => 'no Data::ICal: install libdata-ical-perl';

my $node = PostgreSQL::Test::Cluster->new('roadmap_ics');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', "CREATE EXTENSION shnor; CALL shnor.create_warehouse('monitoring')");

sub query
{
	my ($sql) = @_;
	return decode('UTF-8', $node->safe_psql('postgres', "SET search_path = monitoring, shnor, public; $sql"));
}

# Sixty events with titles of all lengths and all characters that must be
# escaped; a moved, a done and a cancelled occurrence, one without a date.
query(q{
	INSERT INTO region (code, name) VALUES ('1', 'Край');
	INSERT INTO roadmap_section (roadmap_id, place, level)
	SELECT add_roadmap('Карта; «края», № 1', 'region', 1, '2023-01-01', '2023-12-31'), 1, 'region';
	INSERT INTO roadmap_event (roadmap_section_id, place, number, title, deadline, evidence_form)
	SELECT 1, n, n, left(repeat(format('Мероприятие %s: приказ, письмо; "отчёт" 1\2 ё€😀 ', n), 8), 20 + 5 * n),
		(ARRAY['ежемесячно', 'до 30 января 2023 г.', 'апрель, ноябрь 2023 г.', 'по отдельному плану'])[1 + n % 4],
		E'справка;\nписьмо'
	FROM generate_series(1, 60) AS n;
	SELECT move_occurrence(min(roadmap_occurrence_id), '2023-02-10', 'приказ') FROM roadmap_occurrence WHERE due_on = '2023-01-31';
	SELECT mark_done(min(roadmap_occurrence_id), '2023-02-05') FROM roadmap_occurrence WHERE due_on = '2023-02-28';
	SELECT cancel_occurrence(min(roadmap_occurrence_id), 'приказ') FROM roadmap_occurrence WHERE due_on = '2023-12-31';
});
my $text = query('SELECT roadmap_ics()');
# psql ends what it prints with a line end of its own.
$text =~ s/\s*\z/\r\n/;
like($text, qr/\ABEGIN:VCALENDAR\r\n/, 'the text begins as it must');
unlike($text, qr/(?<!\r)\n/, 'every line ends in CR and LF');
is((grep { length(Encode::encode('UTF-8', $_)) > 75 } split /\r\n/, $text), 0, 'no line is longer than 75 octets');

# The grammar of RFC 5545, which the parser is not strict about: what lines look
# like (3.1), what TEXT may hold unescaped (3.3.11), what each part must have.
my @lines = split /\r\n/, $text =~ s/\r\n[ \t]//gr;
is((grep { !/^[A-Z][A-Z0-9-]*(?:;[A-Z-]+=[^\x00-\x1f\x7f";:,]+)*:[^\x00-\x08\x0a-\x1f\x7f]*$/ } @lines), 0, 'every unfolded line is a property');
is((grep { /^(?:SUMMARY|DESCRIPTION|CATEGORIES|X-WR-CALNAME):/ && !/^[A-Z-]+:(?:[^\\;,]|\\[\\;,n])*$/ } @lines), 0, 'texts have their special characters escaped');
cmp_ok((grep { /^DESCRIPTION:.*\\n/ } @lines), '>', 200, 'and their ends of lines');
my ($open, %count, @bad) = ('');
for (@lines)
{
	my ($name, $value) = /^([A-Z-]+)[^:]*:(.*)$/ or next;
	if ($name eq 'BEGIN')
	{
		push @bad, $_ if $open ne ($value eq 'VEVENT' ? 'VCALENDAR' : '');
		($open, %count) = ($value) if $value eq 'VEVENT' || $value eq 'VCALENDAR';
	}
	elsif ($name eq 'END')
	{
		my @once = $value eq 'VEVENT' ? qw(UID DTSTAMP DTSTART DTEND SUMMARY DESCRIPTION SEQUENCE STATUS) : ();
		push @bad, "$_ $value" if $open ne $value || grep { ($count{$_} // 0) != 1 } @once;
		$open = $value eq 'VEVENT' ? 'VCALENDAR' : '';
	}
	else
	{
		$count{$name}++;
		push @bad, $_ if $name eq 'DTSTAMP' && $value !~ /^\d{8}T\d{6}Z$/
		  || $name =~ /^DT(START|END)$/ && !/^DT\w+;VALUE=DATE:\d{8}$/ || $name eq 'SEQUENCE' && $value !~ /^\d+$/
		  || $name eq 'STATUS' && $value !~ /^(CONFIRMED|CANCELLED)$/;
	}
}
is("@bad$open", '', 'components are nested and have each property once');
is((join ' ', @lines[ 1, 2 ]), 'VERSION:2.0 PRODID:-//shnor//roadmap//RU', 'the calendar says what it is');

my $calendar = Data::ICal->new(data => $text);
ok($calendar, 'the parser takes it') or diag($calendar->error_message);
my %found;
for my $entry (@{ $calendar->entries })
{
	my %value = map {
		my $p = $entry->property($_);
		$_ => $p ? $p->[0]->value : undef
	} qw(uid dtstart dtend summary description status sequence);
	is($entry->ical_entry_type, 'VEVENT', 'an entry is an event') if !%found;
	$found{ $value{uid} } = \%value;
}

my @wanted = split /\n/, query(q{
	SELECT o.roadmap_occurrence_id || '.' || r.uid || '@shnor', to_char(o.due_on, 'YYYYMMDD'),
		CASE WHEN o.cancelled_on IS NULL THEN 'CONFIRMED' ELSE 'CANCELLED' END,
		(SELECT count(*) FROM roadmap_occurrence_change AS c WHERE c.roadmap_occurrence_id = o.roadmap_occurrence_id),
		concat_ws(' ', CASE WHEN o.done_on IS NOT NULL THEN '[выполнено]' END, e.number || '.',
			CASE WHEN length(e.title) > 120 THEN left(e.title, 119) || '…' ELSE e.title END), e.title
	FROM roadmap_occurrence AS o JOIN roadmap_event AS e USING (roadmap_event_id), roadmap AS r
	WHERE o.due_on IS NOT NULL});
cmp_ok(scalar @wanted, '>', 200, 'there are due days to look for');
is(scalar keys %found, scalar @wanted, 'the parser finds as many, each with a UID of its own');
my ($wrong, $status) = (0, '');
for my $line (@wanted)
{
	my ($uid, $due, $state, $sequence, $summary, $title) = split /\|/, $line;
	my $event = $found{$uid};
	# The parser leaves escapes as they are.
	my %plain = map { $_ => ($event->{$_} // '') =~ s/\\([\\;,])/$1/gr } qw(summary description);
	$status .= $state if $state ne 'CONFIRMED';
	next if $event && $event->{dtstart} eq $due && $event->{dtend} > $due && $event->{status} eq $state
	  && $event->{sequence} == $sequence && $plain{summary} eq $summary && index($plain{description}, $title) == 0;
	diag("wrong: $line, found " . join('|', map { $event->{$_} // '' } sort keys %{ $event // {} })) if !$wrong++;
}
is($wrong, 0, 'with its day, state, summary and title');
is($status, 'CANCELLED', 'the cancelled one among them');
$node->stop;
done_testing();
