/*
 * shnor.c
 *		Module magic of the extension; nothing else belongs here.
 *
 * The library installs no hooks and needs no preloading.
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"

PG_MODULE_MAGIC;
