# The demo region's results, exported into the layouts people have and imported
# into empty warehouses, give the same cycles (test/round_trip.sql, fewer schools).
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('round_trip');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "fsync = off\nwork_mem = '64MB'\nshared_buffers = '256MB'");
$node->start;

my ($status, $out, $err) = $node->psql(
	'postgres', '',
	extra_params => [
		'-q', '-v', 'schools=60', '-f', "$FindBin::Bin/../round_trip.sql" ]);
is($status, 0, 'the round trip runs') or diag($err);
my %ways = map { my ($way, @counts) = split /\|/; $way => \@counts }
  grep { /^\w+\|\d/ } split /\n/, $out;
for my $way (qw(canonical individual published))
{
	my ($files, $refused, $outcomes, $different) = @{ $ways{$way} // [] };
	cmp_ok($files // 0, '>=', 3, "$way: files were imported");
	is($refused, 0, "$way: no row refused");
	cmp_ok($outcomes // 0, '>=', 3 * 1088, "$way: outcomes were compared");
	is($different, 0, "$way: and none differs");
}
$node->stop;
done_testing();
