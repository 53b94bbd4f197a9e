# Sheet.pm: for tests that need a file's cells or a real .xlsx: reading the
# delimited files of this directory, writing workbooks with Excel::Writer::XLSX
# (Debian: libexcel-writer-xlsx-perl).
package Sheet;
use strict;
use warnings;
use utf8;
use Encode qw(decode);
use Exporter 'import';

our @EXPORT_OK = qw(read_cells can_write_xlsx write_xlsx sheet_value);

# Rows of cells of a file: UTF-8 with or without byte order mark, else
# Windows-1251; the delimiter is the sign that occurs most.
sub read_cells
{
	my $path = shift;
	open(my $f, '<:raw', $path) or die "$path: $!";
	local $/;
	my $bytes = <$f>;
	my $text = eval { decode('UTF-8', $bytes, Encode::FB_CROAK | Encode::LEAVE_SRC) }
	  // decode('cp1251', $bytes);
	$text =~ s/^\x{FEFF}//;

	my %count = map { my $d = $_; $d => scalar(() = $text =~ /\Q$d\E/g) } (';', ',', "\t");
	my ($delimiter) = sort { $count{$b} <=> $count{$a} } keys %count;
	my (@rows, @row);
	while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^\Q$delimiter\E\r\n]*))(\Q$delimiter\E|\r?\n|\z)/g)
	{
		my ($quoted, $plain, $end) = ($1, $2, $3);
		my $cell = defined $quoted ? $quoted =~ s/""/"/gr : $plain;
		last if $end eq '' && $cell eq '' && !@row;
		push @row, $cell;
		next if $end eq $delimiter;
		push @rows, [@row];
		@row = ();
		last if $end eq '';
	}
	return \@rows;
}

sub can_write_xlsx
{
	return eval { require Excel::Writer::XLSX; 1 };
}

# What a spreadsheet makes of the text of a cell: the kind of value, the value
# as stored, and the text that GDAL's XLSX driver gives back for it.
sub sheet_value
{
	my $text = shift;
	return ('blank', undef, '') if $text eq '';
	return ('date', "$3-$2-$1T", "$3/$2/$1") if $text =~ /^(\d\d)\.(\d\d)\.(\d{4})$/;
	if ($text =~ /^(0|[1-9]\d{0,14})(?:[.,](\d{1,10}))?$/)
	{
		my $number = defined $2 ? "$1.$2" : $1;
		return ('number', $number, 0 + $number);
	}
	return ('string', $text, $text);
}

# write_xlsx(PATH, NAME => ROWS, ...): a workbook with a sheet for each name.
sub write_xlsx
{
	my ($path, @sheets) = @_;
	can_write_xlsx() or die "no Excel::Writer::XLSX";
	my $book = Excel::Writer::XLSX->new($path) or die "$path: $!";
	my $date = $book->add_format(num_format => 'dd.mm.yyyy');
	while (my ($name, $rows) = splice(@sheets, 0, 2))
	{
		my $sheet = $book->add_worksheet(substr($name, 0, 31));
		for my $r (0 .. $#$rows)
		{
			for my $c (0 .. $#{ $rows->[$r] })
			{
				my ($kind, $value) = sheet_value($rows->[$r][$c]);
				$sheet->write_number($r, $c, $value) if $kind eq 'number';
				$sheet->write_string($r, $c, $value) if $kind eq 'string';
				$sheet->write_date_time($r, $c, $value, $date) if $kind eq 'date';
			}
		}
	}
	$book->close or die "$path: $!";
	return;
}

1;
