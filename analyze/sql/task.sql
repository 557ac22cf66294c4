-- Every task that ran: its ids and its last name, also where the recorder was killed before the task's row was written.
select s.utid, coalesce(t.tid, s.tid) as tid, t.pid, t.upid, coalesce(t.name::varchar, s.comm) as comm, t.ts as born, t.dur as lifetime, t.kthread
from (select utid, max(tid) as tid, any_value(comm) as comm from (
        select prev_utid as utid, prev_tid as tid, prev_comm::varchar as comm from sched_switch
        union all select next_utid, next_tid, next_comm::varchar from sched_switch
        union all select utid, tid, name::varchar from thread)
      group by utid) s
left join thread t on t.utid = s.utid
