-- Every task of a recording without sched_switch: those whose rows were written.
select utid, tid, pid, upid, name::varchar as comm, ts as born, dur as lifetime, kthread from thread
