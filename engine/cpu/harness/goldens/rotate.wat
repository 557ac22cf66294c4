;; Rotates set CF and OF only
;; ror $7,%eax; rol %cl,%rdx
;; 0000  c1 c8 07                 ror r4 i1 z32 a0             rax, imm 7
;; 0003  48 d3 c2                 rol r8 r1 z64 a0             rdx, rcx

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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local $rax i64) (local i64) (local i32) (local i32) (local i64) (local i32) (local i32) (local i32) (local i32) (local $rcx i64) (local $rdx i64) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 3 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i64.const 7 local.set 8
    i32.const (;state;) i64.load (;rax;) local.set $rax
    local.get $rax i32.wrap_i64 local.tee 11 local.tee 12 i64.extend_i32_u local.set 10
    local.get 12 i32.const 7 i32.rotr local.tee 14 i64.extend_i32_u local.set 13
    local.get 13 i64.const 31 i64.shr_u i32.wrap_i64 i32.const 1 i32.and local.set 16
    local.get 13 i64.const 31 i64.shr_u i32.wrap_i64 i32.const 1 i32.and local.get 13 i64.const 30 i64.shr_u i32.wrap_i64 i32.const 1 i32.and i32.xor local.set 15
    local.get 16 i32.const 24 i32.shl local.get 15 i32.const 26 i32.shl i32.or local.set 17
    local.get 13 local.set $rax
    local.get 14 local.set 11
    i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
    local.get $rcx i64.const 255 i64.and i64.const 63 i64.and local.set 13
    i32.const (;state;) i64.load offset=16 (;rdx;) local.set $rdx
    local.get $rdx local.get 13 i64.rotl local.set 10
    i32.const (;state;) i32.const (;state;) i32.load offset=976 (;fk;) i32.const -84213761 i32.and i32.const 327680 i32.or local.get 17 i32.or i32.store offset=976 (;fk;)
    i32.const (;state;) call $h.sys.pack i32.const (;state;) call $h.sys.getflags local.set 16
    local.get 16 i32.const -2050 i32.and local.get 10 i64.const 0 i64.shr_u i32.wrap_i64 i32.const 1 i32.and i32.or local.get 10 i64.const 63 i64.shr_u i32.wrap_i64 i32.const 1 i32.and local.get 10 i64.const 0 i64.shr_u i32.wrap_i64 i32.const 1 i32.and i32.xor i32.const 11 i32.shl i32.or local.get 16 local.get 13 i64.const 0 i64.ne select local.tee 20 i64.extend_i32_u local.set 5
    local.get 10 local.set $rdx
    i32.const (;state;) local.get $rax i64.store (;rax;)
    i32.const (;state;) local.get $rdx i64.store offset=16 (;rdx;)
    i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u i32.const 16391 local.get 5 i64.const 0 return_call 11
    unreachable
  end
  unreachable)
