#!/bin/bash
# fuzz.sh: the fuzz targets alone, for longer. Started by sandbox.sh (make fuzz).
TASK=fuzz FUZZ_RUNS=${RUNS:-1000000} exec bash test/test.sh
