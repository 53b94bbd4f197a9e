# shnor: education-quality monitoring inside PostgreSQL
EXTENSION = shnor
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" shnor.control)

MODULE_big = shnor
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))

# The extension script: the numbered parts in order. Between 89 and 90 goes
# the warehouse script, embedded as the text that a function returns.
SQL_PARTS = $(sort $(wildcard sql/[0-9]*.sql))
LATE_PARTS = $(filter sql/9%,$(SQL_PARTS))
EARLY_PARTS = $(filter-out $(LATE_PARTS),$(SQL_PARTS))
WAREHOUSE_PARTS = $(sort $(wildcard sql/warehouse/[0-9]*.sql))
SCRIPT = shnor--$(EXTVERSION).sql

DATA = $(sort $(wildcard sql/shnor--*--*.sql)) sql/shnor_roles.sql
DATA_built = $(SCRIPT)
EXTRA_CLEAN = $(SCRIPT) build

# `make installcheck` runs these against a server that has the extension
# installed; `make test` runs them against throw-away servers.
REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=shnor
ISOLATION = $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=shnor
PROVE_TESTS = $(sort $(wildcard test/tap/*.pl))
TAP_TESTS = $(if $(PROVE_TESTS),1)

all:

# Nothing below the PGXS line is needed by the targets that set themselves up,
# so on a machine without PostgreSQL those work and the others say what to do.
PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

ifneq ($(wildcard $(PGXS)),)
include $(PGXS)
# From 16 on the expected outputs have an option of their own.
ifeq ($(filter 15,$(MAJORVERSION)),)
REGRESS_OPTS += --expecteddir=.
ISOLATION_OPTS += --expecteddir=test/isolation
endif
else
all install uninstall installcheck:
	@echo 'No usable $(PG_CONFIG): install postgresql-server-dev-NN, or name one with make PG_CONFIG=/path/to/pg_config.' >&2; exit 1
clean:
	rm -rf build
endif

# Half a script is none.
.DELETE_ON_ERROR:

# Servers are mostly built without --enable-depend, so PGXS tracks no headers.
$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h src/*.inc)

# The dollar quote around the warehouse must not occur inside it.
$(SCRIPT): $(SQL_PARTS) $(WAREHOUSE_PARTS) shnor.control Makefile
	! cat /dev/null $(WAREHOUSE_PARTS) | grep -nF '$$shnor_warehouse$$'
	{ \
	  printf '%s\n' '\echo Use "CREATE EXTENSION shnor" to load this file. \quit'; \
	  cat /dev/null $(EARLY_PARTS); \
	  printf '%s\n' 'CREATE FUNCTION shnor.warehouse_script()' \
	    'RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE' \
	    'RETURN $$shnor_warehouse$$'; \
	  cat /dev/null $(WAREHOUSE_PARTS); \
	  printf '%s\n' '$$shnor_warehouse$$;' \
	    "COMMENT ON FUNCTION shnor.warehouse_script() IS 'The SQL script that shnor.create_warehouse() executes: tables, views and routines of a warehouse, names unqualified. Takes no arguments; never NULL; an empty line when built without a warehouse.';"; \
	  cat /dev/null $(LATE_PARTS); \
	} > $@

.PHONY: demo test bench fuzz indent matrix matrix-clean dist help

demo test fuzz:
	@bash test/sandbox.sh $@

bench:
	@bash test/sandbox.sh bench
	cp build/log/bench/RESULTS.md test/bench/RESULTS.md

indent:
	@bash test/indent.sh --write

matrix:
	@bash test/matrix.sh $(SUITES)

matrix-clean:
	rm -rf build/matrix

dist:
	@mkdir -p build
	git archive --format=zip --prefix=shnor-$(EXTVERSION)/ -o build/shnor-$(EXTVERSION).zip HEAD

help:
	@echo 'make               build the library and the extension script'
	@echo 'make install       install them (DESTDIR= and PG_CONFIG= as usual)'
	@echo 'make installcheck  run the regression tests on an installed server'
	@echo 'make demo          show the extension on a throw-away server (KEEP=1 leaves it up)'
	@echo 'make test          every suite in every build, on throw-away servers'
	@echo 'make matrix        make test on PostgreSQL 17 and 18 (root; SUITES=trixie for one)'
	@echo 'make bench         timings on a throw-away server, test/bench/RESULTS.md (ROWS=1000000)'
	@echo 'make fuzz          a longer fuzz run (RUNS=1000000 SEED=1)'
	@echo 'make indent        lay the C sources out with pg_bsd_indent'
	@echo 'make dist          the PGXN archive of the last commit, in build/'
	@echo 'make clean         remove everything built; matrix-clean only build/matrix'
	@echo
	@echo 'demo, test, bench, fuzz install missing Debian packages when run as root'
	@echo 'or with passwordless sudo, and otherwise name the ones to install.'
