# Roles as they log in, and a warehouse with its rights, policies and jobs that
# goes through a dump: what is restored equals what was, and what is fresh.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "lc_messages = 'C'");
$node->start;

my $roles = slurp_file('sql/shnor_roles.sql');
$node->safe_psql('postgres', $roles);
$node->safe_psql('postgres', $roles);
$node->safe_psql('postgres', "CREATE ROLE $_ LOGIN IN ROLE shnor_municipal") for qw(first_district second_district);
$node->safe_psql('postgres', 'CREATE ROLE planner LOGIN IN ROLE shnor_admin; CREATE ROLE coordinator LOGIN');

# The warehouse belongs to shnor_admin: its members are the owner.
sub make
{
	my ($db) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, "CREATE EXTENSION shnor; GRANT CREATE ON DATABASE $db TO shnor_admin; GRANT EXECUTE ON PROCEDURE shnor.create_warehouse(text) TO shnor_admin");
	$node->safe_psql($db, 'SET ROLE shnor_admin; CALL shnor.create_warehouse(); SELECT monitoring.grant_roles()', extra_params => [ '-U', 'planner' ]);
	return;
}
make('one');
$node->safe_psql(
	'one', q{
	SET search_path = monitoring, shnor;
	INSERT INTO region (code, name) VALUES ('1', 'Регион');
	INSERT INTO municipality (region_id, code, name) VALUES (1, '1', 'Первый'), (1, '2', 'Второй');
	INSERT INTO municipality_member (role_name, municipality_id) VALUES ('first_district', 1), ('second_district', 2);
	INSERT INTO school (municipality_id, name) SELECT 1 + n % 2, 'Школа ' || n FROM generate_series(0, 3) AS n;
	SELECT open_year(2023);
	SELECT open_administration(2023, 'vpr', s, 5, max_score => 20) FROM unnest(ARRAY['math', 'rus']) AS s;
	INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark)
	SELECT administration_id, s, 2023, 'p' || s || '-' || n, '5', n, 2 + n % 4
	FROM administration, generate_series(1, 4) AS s, generate_series(1, 12) AS n},
	extra_params => [ '-U', 'planner' ]);
$node->safe_psql('one', 'CALL monitoring.run_job()', extra_params => [ '-U', 'planner' ]);

sub as
{
	my ($role, $sql, $db) = @_;
	my ($out, $err);
	$node->psql($db // 'one', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-U', $role ]);
	return $err ne '' ? $err : $out;
}

# As they log in.
sub sees
{
	my ($db) = @_;
	is(as('first_district', 'COPY (SELECT * FROM monitoring.result ORDER BY school_id) TO STDOUT', $db) =~ s/^\d+\t([0-9])\t.*/$1/mgr =~ s/\n//gr, '1' x 24 . '3' x 24,
		"$db: a coordinator copies out the results of own schools only");
	is(as('first_district', q{SELECT DISTINCT school_id FROM monitoring.school_profile ORDER BY 1}, $db), "1\n3", "$db: and sees no other in a view");
	is(as('second_district', q{SELECT DISTINCT school_id FROM monitoring.school_profile ORDER BY 1}, $db), "2\n4", "$db: the other one the rest");
	like(as($_->[0], $_->[1], $db), $_->[2], "$db: $_->[0]: $_->[1]")
	  for (
		[ 'first_district', 'SET ROLE shnor_analyst', qr/permission denied to set role/ ],
		[ 'first_district', 'SET ROLE second_district', qr/permission denied to set role/ ],
		[ 'first_district', 'SET SESSION AUTHORIZATION second_district', qr/permission denied/ ],
		[ 'first_district', 'SET row_security = off; SELECT FROM monitoring.result', qr/query would be affected by row-level security policy/ ],
		[ 'first_district', 'SELECT FROM monitoring.result_2023', qr/permission denied for table result_2023/ ],
		[ 'first_district', q{INSERT INTO monitoring.municipality_member (role_name, municipality_id) VALUES ('first_district', 2)}, qr/permission denied/ ],
		[ 'first_district', q{UPDATE monitoring.school SET municipality_id = 1}, qr/permission denied/ ],
		[ 'first_district', q{SET ROLE shnor_municipal; SELECT count(*) FROM monitoring.result}, qr/^0$/ ],
		[ 'first_district', q{CREATE TEMP TABLE t (LIKE monitoring.result); INSERT INTO t SELECT * FROM monitoring.result;
			INSERT INTO monitoring.result SELECT * FROM t}, qr/permission denied for table result$/m ],
		[ 'first_district', q{SELECT count(*) FROM pg_stats WHERE tablename ~ '^result'}, qr/^0$/ ],
		[ 'coordinator', 'SELECT FROM monitoring.school', qr/permission denied for schema monitoring/ ],
		[ 'planner', 'SELECT monitoring.open_year(2024)', qr/^[tf]$/ ]);
	return;
}
sees('one');

# Everything in the catalog about the warehouse, by name. (What the server
# parsed it prints anew: SQL bodies are left out, and parentheses.)
sub catalog
{
	my ($db) = @_;
	return $node->safe_psql(
		$db, q{
		SELECT 'relation', c.oid::regclass::text, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner)::text, c.reloptions,
			(SELECT array_agg(a::text ORDER BY a::text COLLATE "C") FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) AS a), obj_description(c.oid, 'pg_class')
		FROM pg_class AS c WHERE c.relnamespace = 'monitoring'::regnamespace
		UNION ALL
		SELECT 'column', format('%s.%s', a.attrelid::regclass, a.attname), format_type(a.atttypid, a.atttypmod)::text, a.attnotnull, a.atthasdef,
			NULL, NULL, (SELECT array_agg(i::text ORDER BY i::text COLLATE "C") FROM unnest(a.attacl) AS i), col_description(a.attrelid, a.attnum)
		FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
		WHERE c.relnamespace = 'monitoring'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
		UNION ALL
		SELECT 'routine', p.oid::regprocedure::text, concat(p.provolatile, p.proparallel, p.prokind), p.proisstrict, p.prosecdef, pg_get_userbyid(p.proowner)::text, p.proconfig,
			(SELECT array_agg(i::text ORDER BY i::text COLLATE "C") FROM unnest(p.proacl) AS i), obj_description(p.oid, 'pg_proc') || CASE WHEN p.prosqlbody IS NULL THEN md5(p.prosrc) ELSE '' END
		FROM pg_proc AS p WHERE p.pronamespace = 'monitoring'::regnamespace
		UNION ALL
		SELECT 'policy', format('%s.%s', p.polrelid::regclass, p.polname), p.polcmd::text, p.polpermissive, NULL, NULL, NULL,
			(SELECT array_agg(r::regrole::text ORDER BY r::regrole::text) FROM unnest(p.polroles) AS r), pg_get_expr(p.polqual, p.polrelid)
		FROM pg_policy AS p
		UNION ALL
		SELECT 'trigger', format('%s.%s', t.tgrelid::regclass, t.tgname), t.tgenabled::text, NULL, NULL, NULL, NULL, NULL, translate(pg_get_triggerdef(t.oid), '()', '')
		FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relnamespace = 'monitoring'::regnamespace AND NOT t.tgisinternal
		UNION ALL
		SELECT 'constraint', format('%s.%s', c.conrelid::regclass, c.conname), c.contype::text, c.convalidated, NULL, NULL, NULL, NULL, translate(pg_get_constraintdef(c.oid), '() ', '')
		FROM pg_constraint AS c WHERE c.connamespace = 'monitoring'::regnamespace
		UNION ALL
		SELECT 'index', i.indexrelid::regclass::text, NULL, NULL, NULL, NULL, NULL, NULL, pg_get_indexdef(i.indexrelid)
		FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid WHERE c.relnamespace = 'monitoring'::regnamespace
		UNION ALL
		SELECT 'schema', n.nspname::text, NULL, NULL, NULL, pg_get_userbyid(n.nspowner)::text, NULL,
			(SELECT array_agg(i::text ORDER BY i::text COLLATE "C") FROM unnest(n.nspacl) AS i), obj_description(n.oid, 'pg_namespace')
		FROM pg_namespace AS n WHERE n.nspname = 'monitoring'
		ORDER BY 1, 2});
}

# What two of them differ in, or nothing.
sub difference
{
	my ($left, $right) = @_;
	my %count;
	$count{$_}++ for split /\n/, $left;
	$count{$_}-- for split /\n/, $right;
	return join "\n", map { ($count{$_} > 0 ? '- ' : '+ ') . $_ } grep { $count{$_} } sort keys %count;
}

my $before = catalog('one');
cmp_ok(scalar(() = $before =~ /^policy\|/mg), '>', 20, 'there are policies');
my $data = q{SELECT string_agg(format('%s %s %s %s', job, outcome, run_by, details), E'\n' ORDER BY job_run_id) FROM monitoring.job_run};
my $dir = PostgreSQL::Test::Utils::tempdir;
for my $format ('custom', 'plain')
{
	$node->safe_psql('postgres', "CREATE DATABASE restored_$format");
	$node->command_ok([ 'pg_dump', "--format=$format", '-f', "$dir/$format", 'one' ], "$format: dumped");
	$node->command_ok($format eq 'custom'
		? [ 'pg_restore', '--exit-on-error', '-d', "restored_$format", "$dir/$format" ]
		: [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', "restored_$format", '-f', "$dir/$format" ], "$format: restored");
	is(difference($before, catalog("restored_$format")), '', "$format: tables, comments, rights, policies, routines, triggers are what they were");
	is($node->safe_psql("restored_$format", $data), $node->safe_psql('one', $data), "$format: so is what the jobs recorded");
	sees("restored_$format");
}

# Fresh: no year is open yet.
make('fresh');
$node->safe_psql('fresh', 'SELECT monitoring.open_year(y) FROM (VALUES (2023), (2024)) AS v (y)', extra_params => [ '-U', 'planner' ]);
is(difference(catalog('fresh'), catalog('restored_custom')), '', 'a restored catalog equals a fresh one');
as('planner', 'SELECT monitoring.grant_roles()', 'restored_custom');
is(difference(catalog('fresh'), catalog('restored_custom')), '', 'after granting anew, too');

# Without the roles the error names them.
$node->safe_psql('fresh', 'DROP OWNED BY shnor_bi; DROP OWNED BY shnor_bi');
$node->safe_psql($_, 'DROP OWNED BY shnor_bi') for qw(one restored_custom restored_plain);
$node->safe_psql('postgres', 'DROP ROLE shnor_bi');
like(as('planner', 'SELECT monitoring.grant_roles()'), qr/нет ролей: shnor_bi.*shnor_roles\.sql/s, 'a missing role is named');
$node->safe_psql('postgres', $roles);
unlike(as('planner', 'SELECT monitoring.grant_roles()'), qr/ERROR/, 'and can be made again');

$node->stop;
done_testing();
