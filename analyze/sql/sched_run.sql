-- Each stay of a task on a CPU: switched in, switched out, how it had last left a CPU, when it was woken, and the delay from being
-- ready (woken, or preempted) to running, as perf sched counts it.
with events as (
       select next_utid as utid, cpu, seq, ts, 1 as kind, next_tid as tid, next_comm::varchar as comm, null as state, null as reason from sched_switch
       union all select prev_utid, cpu, seq, ts, 0, prev_tid, prev_comm::varchar, prev_state::varchar, reason::varchar from sched_switch),
     ordered as (
       select *, lag(ts) over w as before_ts, lag(state) over w as before_state, lead(ts) over w as after_ts, lead(seq) over w as after_seq, lead(kind) over w as after_kind,
              lead(state) over w as after_state, lead(reason) over w as after_reason
       from events where utid <> 0 or tid <> 0 window w as (partition by utid order by seq, kind)),
     stay as (
       select utid, cpu, tid, comm, seq as in_seq, ts as in_ts, before_ts as last_out_ts, before_state as last_out_state,
              case when after_kind = 0 then after_seq end as out_seq, case when after_kind = 0 then after_ts end as out_ts, case when after_kind = 0 then after_state end as out_state, case when after_kind = 0 then after_reason end as out_reason
       from ordered where kind = 1),
     woken as (
       select s.*, w.ts as wake_ts, w.waker_utid
       from stay s asof left join (select utid, seq, ts, waker_utid from sched_wakeup) w on s.utid = w.utid and s.in_seq >= w.seq)
select *, case when wake_ts is not null and (last_out_ts is null or wake_ts >= last_out_ts) then wake_ts when last_out_state like 'R%' then last_out_ts end as ready_ts
from woken
