;; Integers to doubles and back
;; cvtsi2sd %eax,%xmm0; cvttsd2si %xmm0,%rdx
;; 0000  f2 0f 2a c0              cvtsi2sd x16 r4 z32 a0       xmm0, rax
;; 0004  f2 48 0f 2c d0           cvttsd2si r8 x8 z64 a0       rdx, xmm0

(func 11 (param i32) (param i64) (result i32)
  (local $rec i32)
  local.get 0 i32.load offset=868 (;rec;) local.set $rec
  local.get 0 local.get $rec i32.const 5 i32.shr_u i32.const 33554428 i32.and global.get $w.words i32.add i32.load local.get $rec i32.const 127 i32.and i32.const 5 i32.shl i32.add i32.const 64 i32.add local.get 1 return_call $h.sys.side)
(func 12 (param i32) (param i64) (param i32) (param i64) (param i64) (result i32)
  local.get 0 local.get 2 i32.store offset=976 (;fk;)
  local.get 0 local.get 3 i64.store offset=984 (;fa;)
  local.get 0 local.get 4 i64.store offset=992 (;fb;)
  local.get 0 local.get 1 return_call 11)
(func 13 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
  (local i32)
  local.get 4 i32.const 37 i32.le_s if
    local.get 0 local.get 3 i32.store offset=868 (;rec;)
    i32.const -2147483648 return
  end
  local.get 0 i32.load offset=980 (;limit;) local.get 4 i32.sub local.set 5
  local.get 0 local.get 1 local.get 2 call $h.sys.quietread if
    local.get 0 i32.load offset=980 (;limit;) local.get 5 i32.sub return
  end
  local.get 0 local.get 3 i32.store offset=868 (;rec;)
  i32.const -2147483648)
(func 14 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
  (local i32)
  local.get 4 i32.const 37 i32.le_s if
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
  (local i64) (local $left i32) (local i32) (local i32) (local i64) (local i64) (local i64) (local f64) (local i64) (local $rax i64) (local i32) (local $xmm0 v128) (local i32) (local i32) (local i64)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 7 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 11
    end
    i32.const (;state;) i64.load (;rax;) local.set $rax
    local.get $rax i32.wrap_i64 local.tee 12 i64.extend_i32_u i64.extend32_s local.tee 10 f64.convert_i64_s local.set 9
    i32.const (;state;) v128.load offset=320 (;xmm0;) local.set $xmm0
    local.get $xmm0 local.get 9 f64x2.replace_lane 0 local.set $xmm0
    local.get $xmm0 f64x2.extract_lane 0 local.tee 9 i64.trunc_sat_f64_s local.set 10
    block
      block
        local.get 14 i32.eqz br_if 0 (;unlikely;)
        local.get 9 f64.abs f64.const 4611686018427388000 f64.lt br_if 1 (;likely;)
      end
      i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 32672 i32.and i32.const 8096 i32.eq if
        i32.const 0 i32.const -50331648 local.get 15 i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and select local.set 14
        local.get 9 f64.abs f64.const 4611686018427388000 f64.lt br_if 1
      end
      i32.const (;state;) local.get 9 i32.const 3 call $h.sse.toInt local.set 10
      i32.const (;state;) i32.load offset=172 if (;unlikely;)
        i32.const (;state;) i32.const 0 i32.store offset=172
        i32.const (;state;) local.get $xmm0 v128.store offset=320 (;xmm0;)
        i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 11
      end
    end
    local.get 10 local.set 16
    i32.const (;state;) local.get 16 i64.store offset=16 (;rdx;)
    i32.const (;state;) local.get $xmm0 v128.store offset=320 (;xmm0;)
    i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 11
    unreachable
  end
  unreachable)
