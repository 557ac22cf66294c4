;; Shifts by a constant
;; shl $3,%rax; sar $5,%edx; shr %rcx
;; 0000  48 c1 e0 03              shl r8 i1 z64 a0             rax, imm 3
;; 0004  c1 fa 05                 sar r4 i1 z32 a0             rdx, imm 5
;; 0007  48 d1 e9                 shr r8 i1 z64 a0             rcx, imm 1

(func 10 (param i32) (param i64) (result i32)
  (local $rec i32)
  local.get 0 i32.load offset=868 (;rec;) local.set $rec
  local.get 0 local.get $rec i32.const 5 i32.shr_u i32.const 33554428 i32.and global.get $w.words i32.add i32.load local.get $rec i32.const 127 i32.and i32.const 5 i32.shl i32.add i32.const 64 i32.add local.get 1 return_call $h.sys.side)
(func 11 (param i32) (param i64) (param i32) (param i64) (param i64) (result i32)
  local.get 0 local.get 2 i32.store offset=976 (;fk;)
  local.get 0 local.get 3 i64.store offset=984 (;fa;)
  local.get 0 local.get 4 i64.store offset=992 (;fb;)
  local.get 0 local.get 1 return_call 10)
(func 12 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
  (local i32)
  local.get 4 i32.const 34 i32.le_s if
    local.get 0 local.get 3 i32.store offset=868 (;rec;)
    i32.const -2147483648 return
  end
  local.get 0 i32.load offset=980 (;limit;) local.get 4 i32.sub local.set 5
  local.get 0 local.get 1 local.get 2 call $h.sys.quietread if
    local.get 0 i32.load offset=980 (;limit;) local.get 5 i32.sub return
  end
  local.get 0 local.get 3 i32.store offset=868 (;rec;)
  i32.const -2147483648)
(func 13 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
  (local i32)
  local.get 4 i32.const 34 i32.le_s if
    local.get 0 local.get 3 i32.store offset=868 (;rec;)
    i32.const -2147483648 return
  end
  local.get 0 i32.load offset=980 (;limit;) local.get 4 i32.sub local.set 5
  local.get 0 local.get 1 local.get 2 call $h.sys.quietwrite if
    local.get 0 i32.load offset=980 (;limit;) local.get 5 i32.sub return
  end
  local.get 0 local.get 3 i32.store offset=868 (;rec;)
  i32.const -2147483648)
(func $0 (param $state i32) (param $block i32) (result i32)
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local $rax i64) (local $rdx i64) (local i64) (local i32) (local i32) (local $rcx i64) (local i32) (local i32) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 4 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i64.const 3 local.set 8
    i32.const (;state;) i64.load (;rax;) local.set $rax
    local.get $rax i64.const 3 i64.shl local.set $rax
    i64.const 5 local.set 8
    i32.const (;state;) i64.load offset=16 (;rdx;) local.set $rdx
    local.get $rdx i32.wrap_i64 local.tee 12 local.tee 13 i64.extend_i32_u local.set 11
    local.get 13 i32.const 5 i32.shr_s local.tee 12 i64.extend_i32_u local.set $rdx
    i64.const 1 local.set 11
    i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
    local.get $rcx i64.const 1 i64.shr_u local.set 8
    local.get $rcx i64.const 1 i64.const 1 i64.sub i64.shr_u i32.wrap_i64 i32.const 1 i32.and local.set 15
    local.get $rcx i64.const 63 i64.shr_u i32.wrap_i64 i32.const 1 i32.and local.set 16
    local.get 15 local.tee 17 i64.extend_i32_u local.set 5
    local.get 16 local.tee 18 i64.extend_i32_u local.set 6
    local.get 8 local.set 7
    local.get 8 local.set $rcx
    i32.const (;state;) local.get $rax i64.store (;rax;)
    i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
    i32.const (;state;) local.get $rdx i64.store offset=16 (;rdx;)
    i32.const (;state;) i32.const 1073741955 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get 7 i64.store offset=1000 (;fr;)
    i32.const (;state;) local.get $left i64.extend_i32_u i32.const 16390 local.get 5 local.get 6 return_call 11
    unreachable
  end
  unreachable)
