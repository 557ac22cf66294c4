;; A division; by zero, or with a quotient that does not fit, it is the work of the interpreter
;; xor %edx,%edx; div %rcx
;; 0000  31 d2                    xor r4 r4 z32 a0             rdx, rdx
;; 0002  48 f7 f1                 div r8 z64 a0                rcx

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
  local.get 4 i32.const 52 i32.le_s if
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
  local.get 4 i32.const 52 i32.le_s if
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
  (local i64) (local $left i32) (local i32) (local i32) (local i64) (local i64) (local i64) (local $rdx i64) (local i64) (local i32) (local i32) (local i64) (local i32) (local i32) (local i64) (local i64) (local $rcx i64) (local i64) (local i64) (local i64) (local i64) (local i32) (local i64) (local i32) (local $rax i64) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 22 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 10
    end
    i32.const (;state;) i64.load offset=16 (;rdx;) local.set $rdx
    local.get $rdx i32.wrap_i64 local.tee 11 local.tee 12 i64.extend_i32_u local.set 10
    local.get 11 local.tee 14 i64.extend_i32_u local.set 13
    local.get 14 local.get 12 i32.xor local.tee 11 i64.extend_i32_u local.set $rdx
    local.get $rdx local.set 8
    local.get 11 local.set 15
    i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
    local.get $rcx local.tee 13 i64.eqz if
      i32.const (;state;) local.get $rdx i64.store offset=16 (;rdx;)
      i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get 8 i64.store offset=1000 (;fr;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or i32.const 8195 i64.const 0 i64.const 0 return_call 11
    end
    local.get $rdx local.set 19
    local.get 11 local.set 25
    i32.const (;state;) i64.load (;rax;) local.set $rax
    local.get $rax local.set 20
    local.get 19 local.get 13 i64.ge_u if
      i32.const (;state;) local.get $rdx i64.store offset=16 (;rdx;)
      i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get 8 i64.store offset=1000 (;fr;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or i32.const 8195 i64.const 0 i64.const 0 return_call 11
    end
    local.get 19 i64.eqz if
      local.get 20 local.get 13 i64.div_u local.set 16
      local.get 20 local.get 13 i64.rem_u local.set 17
    else
      local.get 19 local.set 17
      local.get 25 local.set 27
      local.get 20 local.set 16
      i32.const 64 local.set 23
      loop
        local.get 17 i64.const 63 i64.shr_u local.set 24
        local.get 17 i64.const 1 i64.shl local.get 16 i64.const 63 i64.shr_u i64.or local.set 17
        local.get 16 i64.const 1 i64.shl local.set 16
        local.get 24 i32.wrap_i64 local.tee 28 local.get 17 local.get 13 i64.ge_u i32.or if
          local.get 17 local.get 13 i64.sub local.set 17
          local.get 16 i64.const 1 i64.or local.set 16
        end
        local.get 23 i32.const 1 i32.sub local.tee 23 br_if 0
      end
    end
    local.get 16 local.set $rax
    local.get 17 local.set $rdx
    i32.const (;state;) local.get $rax i64.store (;rax;)
    i32.const (;state;) local.get $rdx i64.store offset=16 (;rdx;)
    i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get 8 i64.store offset=1000 (;fr;)
    i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or i32.const 8195 i64.const 0 i64.const 0 return_call 11
    unreachable
  end
  unreachable)
