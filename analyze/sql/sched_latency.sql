-- Per task: time on CPU, switches in, and the delay from being ready to running.
select utid, any_value(tid) as tid, arg_max(comm, in_seq) as comm, coalesce(sum(out_ts - in_ts), 0)::bigint as runtime, count(*) as switches,
       coalesce(sum(in_ts - ready_ts), 0)::bigint as total_delay, coalesce(max(in_ts - ready_ts), 0)::bigint as max_delay,
       arg_max(ready_ts, in_ts - ready_ts) as max_start, arg_max(in_ts, in_ts - ready_ts) as max_end
from sched_run group by utid
