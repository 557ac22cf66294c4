;; A shift by CL: by zero it leaves the flags alone
;; shl %cl,%rax
;; 0000  48 d3 e0                 shl r8 r1 z64 a0             rax, rcx

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
  local.get 4 i32.const 32 i32.le_s if
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
  local.get 4 i32.const 32 i32.le_s if
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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local $rcx i64) (local $rax i64) (local i64) (local i32) (local i32) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 2 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
    local.get $rcx i64.const 255 i64.and i64.const 63 i64.and local.set 8
    i32.const (;state;) i64.load (;rax;) local.set $rax
    local.get $rax local.get 8 i64.shl local.set 11
    local.get 8 i64.const 0 i64.ne if
      local.get $rax i64.const 64 local.get 8 i64.sub i64.shr_u i32.wrap_i64 i32.const 1 i32.and local.set 12
      local.get 11 i64.const 63 i64.shr_u i32.wrap_i64 i32.const 1 i32.and local.get $rax i64.const 64 local.get 8 i64.sub i64.shr_u i32.wrap_i64 i32.const 1 i32.and i32.xor local.set 13
      local.get 12 local.tee 14 i64.extend_i32_u local.set 5
      local.get 13 local.tee 15 i64.extend_i32_u local.set 6
      local.get 11 local.set 7
      i32.const (;state;) i32.const 16390 i32.store offset=976 (;fk;)
      i32.const (;state;) local.get 5 i64.store offset=984 (;fa;)
      i32.const (;state;) local.get 6 i64.store offset=992 (;fb;)
      i32.const (;state;) local.get 7 i64.store offset=1000 (;fr;)
    end
    local.get 11 local.set $rax
    i32.const (;state;) local.get $rax i64.store (;rax;)
    i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    unreachable
  end
  unreachable)
