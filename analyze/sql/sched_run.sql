-- Each stay of a task on a CPU: switched in, switched out, when it had been woken and when it last left a CPU.
with ins as (select seq, ts, cpu, next_utid as utid, next_tid as tid, next_comm::varchar as comm, next_prio as prio from sched_switch),
     outs as (select seq, ts, cpu, prev_utid as utid, prev_state::varchar as state, reason::varchar as reason from sched_switch),
     paired as (
       select utid, cpu, seq, ts, kind, tid, comm, state, reason,
              lag(ts) over w as prev_ts, lag(kind) over w as prev_kind, lag(cpu) over w as prev_cpu, lag(seq) over w as prev_seq
       from (select utid, cpu, seq, ts, 1 as kind, tid, comm, null as state, null as reason from ins
             union all select utid, cpu, seq, ts, 0, null, null, state, reason from outs)
       window w as (partition by utid order by seq, kind)),
     stay as (
       select i.utid, i.cpu, i.seq as in_seq, i.ts as in_ts, i.tid, i.comm, i.prev_ts as last_out_ts,
              o.seq as out_seq, o.ts as out_ts, o.state as out_state, o.reason as out_reason
       from (select * from paired where kind = 1) i
       left join (select * from paired where kind = 0) o on o.utid = i.utid and o.prev_seq = i.seq and o.prev_kind = 1)
select s.*, w.ts as wake_ts, w.waker_utid
from stay s asof left join (select utid, seq, ts, waker_utid from sched_wakeup) w on s.utid = w.utid and s.in_seq >= w.seq
