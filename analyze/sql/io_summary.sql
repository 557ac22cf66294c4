-- Bytes moved by read and write calls, by task and file.
select c.utid, c.name::varchar as name, d.kind::varchar as kind, coalesce(d.path, '') as path, count(*) as calls, coalesce(sum(c.bytes), 0)::bigint as bytes, coalesce(sum(c.dur), 0)::bigint as ns
from syscall c left join file_desc d on d.file_id = c.file_id
where c.bytes is not null group by all
