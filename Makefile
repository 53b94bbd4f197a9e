# shnor: education-quality monitoring inside PostgreSQL
EXTENSION = shnor
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" shnor.control)

MODULE_big = shnor
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))

# The extension script: numbered parts in order, the warehouse embedded as text.
SQL_PARTS = $(sort $(wildcard sql/[0-9]*.sql))
WAREHOUSE_PARTS = $(sort $(wildcard sql/warehouse/[0-9]*.sql))
SCRIPT = shnor--$(EXTVERSION).sql

DATA_built = $(SCRIPT)
EXTRA_CLEAN = $(SCRIPT)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(SCRIPT): $(SQL_PARTS) $(WAREHOUSE_PARTS) shnor.control
	{ \
	  printf '%s\n' '\echo Use "CREATE EXTENSION shnor" to load this file. \quit'; \
	  cat $(SQL_PARTS); \
	} > $@
