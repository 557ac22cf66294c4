-- Per task: time on CPU, switches in, and the delay from wake-up to the CPU (only the first stay after each wake-up counts).
with fresh as (select *, case when wake_ts is not null and (last_out_ts is null or wake_ts >= last_out_ts) then in_ts - wake_ts end as delay from sched_run where tid <> 0)
select utid, any_value(tid) as tid, arg_max(comm, in_seq) as comm, coalesce(sum(out_ts - in_ts), 0)::bigint as runtime, count(*) as switches,
       count(delay) as delays, coalesce(sum(delay), 0)::bigint as total_delay, coalesce(max(delay), 0)::bigint as max_delay,
       arg_max(wake_ts, delay) as max_start, arg_max(in_ts, delay) as max_end
from fresh group by utid
