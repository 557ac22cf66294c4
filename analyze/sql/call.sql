-- Syscalls with the names of the task that made them.
select c.*, t.tid, t.pid, t.name::varchar as comm from syscall c left join thread t on t.utid = c.utid
