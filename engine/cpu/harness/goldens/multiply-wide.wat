;; 64 × 64 → 128
;; mul %rbx
;; 0000  48 f7 e3                 mul r8 z64 a0                rbx

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
  (local i64) (local $left i32) (local i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local i64) (local i64) (local i64) (local $rbx i64) (local $rax i64) (local i64) (local i64) (local i64) (local i64) (local i64) (local i64) (local i64) (local i32) (local i32) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 4 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 10
    end
    i32.const (;state;) i64.load offset=24 (;rbx;) local.set $rbx
    local.get $rbx local.set 10
    i32.const (;state;) i64.load (;rax;) local.set $rax
    local.get $rax local.set 9
    local.get 9 i64.const 4294967295 i64.and local.set 15
    local.get 9 i64.const 32 i64.shr_u local.set 16
    local.get 10 i64.const 4294967295 i64.and local.set 17
    local.get 10 i64.const 32 i64.shr_u local.set 18
    local.get 16 local.get 17 i64.mul local.get 15 local.get 17 i64.mul i64.const 32 i64.shr_u i64.add local.set 19
    local.get 15 local.get 18 i64.mul local.get 19 i64.const 4294967295 i64.and i64.add local.set 20
    local.get 16 local.get 18 i64.mul local.get 19 i64.const 32 i64.shr_u i64.add local.get 20 i64.const 32 i64.shr_u i64.add local.set 12
    local.get 9 local.get 10 i64.mul local.set 11
    local.get 11 local.set $rax
    local.get 12 local.set 21
    local.get 12 i64.const 0 i64.ne local.set 22
    local.get 11 local.set 11
    local.get 22 local.set 23
    local.get 23 local.tee 24 i64.extend_i32_u local.set 6
    local.get 23 local.tee 25 i64.extend_i32_u local.set 7
    local.get 11 local.set 8
    i32.const (;state;) local.get $rax i64.store (;rax;)
    i32.const (;state;) local.get 21 i64.store offset=16 (;rdx;)
    i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get 8 i64.store offset=1000 (;fr;)
    i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or i32.const 16390 local.get 6 local.get 7 return_call 11
    unreachable
  end
  unreachable)
