-- Signals with the names of sender and target.
select s.*, t.tid, t.name::varchar as comm, f.tid as sender_tid, f.name::varchar as sender_comm
from signal s left join thread t on t.utid = s.utid left join thread f on f.utid = s.sender_utid
