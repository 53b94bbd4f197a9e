# settings.sh: everything about a run of the benchmark that can be set.

# Results in the warehouse; one size after another.
ROWS=${ROWS:-1000000 5000000 20000000}
# Those of the one region measured besides: 1,088 schools.
REGION_ROWS=544000
# Timed runs of each query, after one that warms the caches. After three, no
# further one begins once a measure has taken LIMIT seconds.
RUNS=${RUNS:-5}
LIMIT=${LIMIT:-60}
# Results of the file that import_file reads; 0 leaves that measure out.
IMPORT_ROWS=${IMPORT_ROWS:-1000000}
# With these results in the warehouse the markers of a country are timed too:
# 37 regions of 1,088 schools; 0 leaves that measure out.
MARKER_ROWS=${MARKER_ROWS:-20000000}
# Regions in which it is scored what markers find: so many without tampering, of
# half the schools, and so many with it; 0 leaves that measure out.
DETECTION_SCHOOLS=${DETECTION_SCHOOLS:-1088}
HONEST_REGIONS=${HONEST_REGIONS:-20}
TAMPERED_REGIONS=${TAMPERED_REGIONS:-5}
# A command through which every step is run, for a machine shared with others.
STEP=${STEP:-}

SERVER_CONF="shared_buffers = 4GB
work_mem = 128MB
maintenance_work_mem = 1GB
max_wal_size = 8GB
checkpoint_timeout = 1h
max_parallel_workers_per_gather = 2
autovacuum = off
jit = off"
# Shown in RESULTS.md beside the machine.
SETTINGS='shared_buffers work_mem maintenance_work_mem max_parallel_workers_per_gather autovacuum jit fsync synchronous_commit full_page_writes wal_level'
