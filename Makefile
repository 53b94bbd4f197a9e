# shnor: education-quality monitoring inside PostgreSQL
EXTENSION = shnor
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" shnor.control)

MODULE_big = shnor
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))

# The extension script: the numbered parts in order. Between 89 and 90 goes
# the warehouse script, embedded as the text that a function returns.
SQL_PARTS = $(sort $(wildcard sql/[0-9]*.sql))
LATE_PARTS = $(filter sql/9%,$(SQL_PARTS))
EARLY_PARTS = $(filter-out $(LATE_PARTS),$(SQL_PARTS))
WAREHOUSE_PARTS = $(sort $(wildcard sql/warehouse/[0-9]*.sql))
SCRIPT = shnor--$(EXTVERSION).sql

DATA = $(sort $(wildcard sql/shnor--*--*.sql))
DATA_built = $(SCRIPT)
EXTRA_CLEAN = $(SCRIPT)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

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
	} > $@.tmp
	mv $@.tmp $@
