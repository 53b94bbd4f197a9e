# The extension survives what a database goes through: a crash restart, a dump
# and its restore.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;

$node->safe_psql('postgres', 'CREATE EXTENSION shnor');
my $script = 'SELECT md5(shnor.warehouse_script())';
my $before = $node->safe_psql('postgres', $script);

$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', $script), $before, 'same after a crash');

my $dump = $node->data_dir . '/../all.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, 'postgres' ], 'dumped');
like(slurp_file($dump), qr/CREATE EXTENSION IF NOT EXISTS shnor/,
	'the dump holds the extension');
unlike(slurp_file($dump), qr/CREATE FUNCTION/, 'and not its members');

$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, 'restored' ],
	'restored');
is($node->safe_psql('restored', $script), $before, 'same after a restore');

$node->safe_psql('restored', 'DROP EXTENSION shnor');
is( $node->safe_psql(
		'restored',
		q(SELECT count(*) FROM pg_namespace WHERE nspname = 'shnor')),
	'0',
	'dropping it leaves nothing');

$node->stop;
done_testing();
