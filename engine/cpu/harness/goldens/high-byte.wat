;; Bits 8 to 15 have a name
;; mov %ah,%bl; add %cl,%ch
;; 0000  88 e3                    mov r1 h1 z8 a0              rbx, 0
;; 0002  00 cd                    add h1 r1 z8 a0              1, rcx

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
  local.get 4 i32.const 33 i32.le_s if
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
  local.get 4 i32.const 33 i32.le_s if
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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local $rax i64) (local i64) (local $rbx i64) (local $rcx i64) (local i64) (local i64) (local i64)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 3 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i32.const (;state;) i64.load (;rax;) local.set $rax
    local.get $rax i64.const 8 i64.shr_u i64.const 255 i64.and local.tee 9 i32.const (;state;) i64.load offset=24 (;rbx;) local.set $rbx
    local.get $rbx i64.const -256 i64.and i64.or local.set $rbx
    i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
    local.get $rcx i64.const 255 i64.and local.set 12
    local.get $rcx i64.const 8 i64.shr_u i64.const 255 i64.and local.set 13
    local.get 13 local.get 12 i64.add i64.const 255 i64.and local.set 14
    local.get 14 local.set 5
    local.get 12 local.set 6
    local.get 14 i64.const 255 i64.and i64.const 8 i64.shl local.get $rcx i64.const -65281 i64.and i64.or local.set $rcx
    i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
    i32.const (;state;) local.get $rbx i64.store offset=24 (;rbx;)
    i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u i32.const 2049 local.get 5 local.get 6 return_call 11
    unreachable
  end
  unreachable)
