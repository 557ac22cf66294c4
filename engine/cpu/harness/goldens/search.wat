;; The heart of strlen
;; pcmpeqb %xmm0,%xmm1; pmovmskb %xmm1,%eax; bsf %eax,%ecx
;; 0000  66 0f 74 c8              pcmpeqb x16 x16 z32 a0       xmm1, xmm0
;; 0004  66 0f d7 c1              pmovmskb r4 x16 z32 a0       rax, xmm1
;; 0008  0f bc c8                 bsf r4 r4 z32 a0             rcx, rax

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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local $xmm1 v128) (local $xmm0 v128) (local i64) (local i32) (local i64) (local i64) (local i32) (local $rcx i64) (local i32) (local i64) (local i32) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 4 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i32.const (;state;) v128.load offset=336 (;xmm1;) local.set $xmm1
    local.get $xmm1 i32.const (;state;) v128.load offset=320 (;xmm0;) local.set $xmm0
    local.get $xmm0 i8x16.eq local.set $xmm1
    local.get $xmm1 i8x16.bitmask local.tee 11 i64.extend_i32_u local.set 10
    local.get 10 local.set 12
    local.get 11 local.set 14
    local.get 12 i64.ctz local.set 13
    local.get 12 i64.eqz if (result i64)
      i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
      local.get $rcx i32.wrap_i64 local.tee 16 i64.extend_i32_u
    else
      local.get 13
    end
    local.set 17
    local.get 12 i64.eqz i32.eqz if
      local.get 17 i32.wrap_i64 local.tee 18 local.tee 16 i64.extend_i32_u local.set $rcx
      i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
    end
    local.get 12 i64.eqz local.set 19
    local.get 19 i32.const 25 i32.shl local.set 20
    i32.const (;state;) local.get 10 i64.store (;rax;)
    i32.const (;state;) local.get $xmm1 v128.store offset=336 (;xmm1;)
    i32.const (;state;) i32.const 1073741955 i32.store offset=868 (;rec;)
    i32.const (;state;) i32.const (;state;) i32.load offset=976 (;fk;) i32.const -33685505 i32.and i32.const 131072 i32.or local.get 20 i32.or i32.store offset=976 (;fk;)
    i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    unreachable
  end
  unreachable)
