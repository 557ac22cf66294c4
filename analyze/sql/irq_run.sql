-- Interrupts and softirqs with their delay from being raised to being handled.
select seq, ts, cpu, kind::varchar as kind, vector, name::varchar as name, dur, greatest(ts - raised_ts, 0) as delay, preempted_utid from irq
