-- Page faults by task, kind, access and mapping.
select utid, kind::varchar as kind, access::varchar as access, vma::varchar as vma, count(*) as faults, sum(dur)::bigint as ns from page_fault group by all
