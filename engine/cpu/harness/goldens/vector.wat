;; SSE2 integers map to v128
;; movdqu (%rdi),%xmm0; paddd %xmm1,%xmm0; pxor %xmm2,%xmm0; movdqu %xmm0,16(%rdi)
;; 0000  f3 0f 6f 07              movdqu x16 m16 z32 a1        xmm0, [rdi + 0]
;; 0004  66 0f fe c1              paddd x16 x16 z32 a0         xmm0, xmm1
;; 0008  66 0f ef c2              pxor x16 x16 z32 a0          xmm0, xmm2
;; 000c  f3 0f 7f 47 10           movdqu m16 x16 z32 a1        xmm0, [rdi + 16]

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
  local.get 4 i32.const 35 i32.le_s if
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
  local.get 4 i32.const 35 i32.le_s if
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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local $rdi i64) (local i64) (local i32) (local i32) (local v128) (local $xmm1 v128) (local $xmm2 v128) (local v128)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 5 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i32.const (;state;) i64.load offset=56 (;rdi;) local.set $rdi
    local.get $rdi local.set 8
    local.get 8 local.set 10
    local.get 10 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 12 i64.load offset=6152 (;dtlb.write;) local.get 10 i64.xor i64.const 4064 i64.gt_u if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    local.get 10 i32.wrap_i64 local.get 12 i32.load offset=6160 (;dtlb.addend;) i32.add local.set 11
    local.get 11 v128.load local.set 13
    local.get 13 i32.const (;state;) v128.load offset=336 (;xmm1;) local.set $xmm1
    local.get $xmm1 i32x4.add local.set 13
    local.get 13 i32.const (;state;) v128.load offset=352 (;xmm2;) local.set $xmm2
    local.get $xmm2 v128.xor local.set 13
    local.get 13 local.set 16
    local.get 11 local.get 16 v128.store offset=16
    i32.const (;state;) local.get 13 v128.store offset=320 (;xmm0;)
    i32.const (;state;) i32.const 1073741956 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    unreachable
  end
  unreachable)
