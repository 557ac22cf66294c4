;; Conditions as values
;; cmp %rbx,%rax; setb %cl; cmovge %rbx,%rdx
;; 0000  48 39 d8                 cmp r8 r8 z64 a0             rax, rbx
;; 0003  0f 92 c1                 setcc r1 z8 a0 cc2           rcx
;; 0006  48 0f 4d d3              cmovcc r8 r8 z64 a0 cc13     rdx, rbx

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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local $rbx i64) (local $rax i64) (local i64) (local $rcx i64) (local i64) (local $rdx i64)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 4 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i32.const (;state;) i64.load offset=24 (;rbx;) local.set $rbx
    i32.const (;state;) i64.load (;rax;) local.set $rax
    local.get $rax local.set 5
    local.get $rbx local.set 6
    local.get 5 local.get 6 i64.lt_u i64.extend_i32_u i64.const 255 i64.and local.tee 10 i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
    local.get $rcx i64.const -256 i64.and i64.or local.set $rcx
    local.get $rbx local.set 12
    local.get 12 i32.const (;state;) i64.load offset=16 (;rdx;) local.set $rdx
    local.get $rdx local.get 5 local.get 6 i64.ge_s select local.set $rdx
    i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
    i32.const (;state;) local.get $rdx i64.store offset=16 (;rdx;)
    i32.const (;state;) i32.const 1073741955 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u i32.const 16394 local.get 5 local.get 6 return_call 11
    unreachable
  end
  unreachable)
