-- Calls by name: count, errors, kernel time and wall time in ns.
select name::varchar as name, count(*) as calls, count(errno) as errors, sum(cpu_ns)::bigint as cpu_ns, coalesce(sum(dur), 0)::bigint as wall_ns,
       min(dur) as min_ns, max(dur) as max_ns, coalesce(sum(blocked_ns), 0)::bigint as blocked_ns, coalesce(sum(bytes), 0)::bigint as bytes
from syscall group by all
