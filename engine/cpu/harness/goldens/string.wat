;; A run of a REP instruction is a block of its own
;; mov $32,%ecx; rep movsb
;; 0000  b9 20 00 00 00           mov r4 i4 z32 a0             rcx, imm 32
;; 0005  f3 a4                    movs z8 a2 repf3             [0]   (a block of its own)

(func 4 (param i32) (param i64) (param i32) (param i32) (result i32)
  local.get 0 local.get 1 local.get 2 call $h.sys.quietread if
    i32.const 0 return
  end
  local.get 0 local.get 3 i32.store offset=612 (;rec;)
  i32.const 1)
(func 5 (param i32) (param i64) (param i32) (param i32) (result i32)
  local.get 0 local.get 1 local.get 2 call $h.sys.quietwrite if
    i32.const 0 return
  end
  local.get 0 local.get 3 i32.store offset=612 (;rec;)
  i32.const 1)
(func $0 (param $state i32) (param $block i32) (result i32)
  (local i64) (local i64) (local i32) (local i64) (local i64) (local i64) (local $rcx i64) (local i32) (local $pageVa i64) (local i32) (local i64)
  local.get $state i64.load offset=8 (;rcx;) local.set $rcx
  local.get $state i64.load offset=600 (;pageVa;) local.set $pageVa
  local.get $state local.get $state i64.load offset=632 (;deadline;) local.get $state i64.load offset=624 (;now;) i64.sub local.tee 12 i64.const 1073741824 local.get 12 i64.const 1073741824 i64.lt_s select local.tee 12 i64.const 0 local.get 12 i64.const 0 i64.gt_s select i32.wrap_i64 i32.store offset=724 (;limit;)
  block
    block
      i32.const 32 local.tee 9 i64.extend_i32_u local.set $rcx
      local.get 3 i64.const 4294967297 i64.add local.set 3
      local.get $pageVa i64.const 5 i64.add local.set 2
      br 0
      unreachable
    end
    br 0
    unreachable
  end
  local.get $state local.get $rcx i64.store offset=8 (;rcx;)
  local.get $state i32.load offset=612 (;rec;) local.tee 11 if
    local.get $state local.get 11 local.get 3 return_call $h.sys.side
  end
  local.get $state local.get 2 i64.store offset=128 (;rip;)
  local.get $state local.get 3 return_call $h.sys.exit
  unreachable)
