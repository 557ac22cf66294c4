;; A run of a REP instruction is a block of its own
;; mov $32,%ecx; rep movsb
;; 0000  b9 20 00 00 00           mov r4 i4 z32 a0             rcx, imm 32
;; 0005  f3 a4                    movs z8 a2 repf3             [0]   (a block of its own)

(func 4 (param i32) (param i64) (result i32)
  local.get 0 local.get 0 i32.load offset=868 (;rec;) local.get 1 return_call $h.sys.side)
(func 5 (param i32) (param i64) (param i32) (param i64) (param i64) (result i32)
  local.get 0 local.get 2 i32.store offset=976 (;fk;)
  local.get 0 local.get 3 i64.store offset=984 (;fa;)
  local.get 0 local.get 4 i64.store offset=992 (;fb;)
  local.get 0 local.get 1 return_call 4)
(func 6 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
  (local i32)
  local.get 0 i32.load offset=980 (;limit;) local.get 4 i32.sub local.set 5
  local.get 0 local.get 1 local.get 2 call $h.sys.quietread if
    local.get 0 i32.load offset=980 (;limit;) local.get 5 i32.sub return
  end
  local.get 0 local.get 3 i32.store offset=868 (;rec;)
  i32.const -2147483648)
(func 7 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
  (local i32)
  local.get 0 i32.load offset=980 (;limit;) local.get 4 i32.sub local.set 5
  local.get 0 local.get 1 local.get 2 call $h.sys.quietwrite if
    local.get 0 i32.load offset=980 (;limit;) local.get 5 i32.sub return
  end
  local.get 0 local.get 3 i32.store offset=868 (;rec;)
  i32.const -2147483648)
(func $0 (param $state i32) (param $block i32) (result i32)
  (local i64) (local i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local i32) (local i64)
  i32.const (;state;) i32.const (;state;) i64.load offset=888 (;deadline;) i32.const (;state;) i64.load offset=880 (;now;) i64.sub local.tee 10 i64.const 1073741824 local.get 10 i64.const 1073741824 i64.lt_s select local.tee 10 i64.const 0 local.get 10 i64.const 0 i64.gt_s select i32.wrap_i64 local.tee 3 i32.store offset=980 (;limit;)
  block
    i32.const 32 local.tee 9 i64.extend_i32_u local.set 8
    local.get 3 i32.const 1 i32.sub local.set 3
    i32.const (;state;) local.get 8 i64.store offset=8 (;rcx;)
    i32.const (;state;) local.get 3 i64.extend_i32_u i32.const (;state;) i64.load offset=856 (;pageVa;) i64.const 5 i64.add return_call $h.sys.exit
    unreachable
  end
  unreachable)
