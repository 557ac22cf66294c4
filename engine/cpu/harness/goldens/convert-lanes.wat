;; Four integers to singles and back: a helper where one is out of range, or the first that is rounded
;; cvtdq2ps %xmm1,%xmm0; cvttps2dq %xmm0,%xmm2
;; 0000  0f 5b c1                 cvtdq2ps x16 x16 z32 a0      xmm0, xmm1
;; 0003  f3 0f 5b d0              cvttps2dq x16 x16 z32 a0     xmm2, xmm0

(func 12 (param i32) (param i64) (result i32)
  (local $rec i32)
  local.get 0 i32.load offset=868 (;rec;) local.set $rec
  local.get 0 local.get $rec i32.const 5 i32.shr_u i32.const 33554428 i32.and global.get $w.words i32.add i32.load local.get $rec i32.const 127 i32.and i32.const 5 i32.shl i32.add i32.const 64 i32.add local.get 1 return_call $h.sys.side)
(func 13 (param i32) (param i64) (param i32) (param i64) (param i64) (result i32)
  local.get 0 local.get 2 i32.store offset=976 (;fk;)
  local.get 0 local.get 3 i64.store offset=984 (;fa;)
  local.get 0 local.get 4 i64.store offset=992 (;fb;)
  local.get 0 local.get 1 return_call 12)
(func 14 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
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
(func 15 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
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
  (local i64) (local $left i32) (local i32) (local i32) (local i64) (local i64) (local i64) (local v128) (local v128) (local $xmm1 v128) (local i32) (local i32) (local v128) (local i32) (local v128)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 7 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
    end
    i32.const (;state;) v128.load offset=336 (;xmm1;) local.set $xmm1
    local.get $xmm1 local.tee 9 f32x4.convert_i32x4_s local.set 10
    block
      block
        local.get 12 i32.eqz br_if 0 (;unlikely;)
        i32.const 1 br_if 1 (;likely;)
      end
      i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 32672 i32.and i32.const 8096 i32.eq if
        i32.const 0 i32.const -50331648 local.get 13 i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and select local.set 12
        i32.const 1 br_if 1
      end
      block
        i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 32640 i32.and i32.const 8064 i32.eq if
          local.get 9 i32x4.abs i32.const 16777216 i32x4.splat i32x4.le_u i32x4.bitmask i32.const 15 i32.eq br_if 1
        end
        i32.const (;state;) local.get 9 call $h.sse.fromIntv32 local.set 10
        i32.const (;state;) i32.load offset=172 if (;unlikely;)
          i32.const (;state;) i32.const 0 i32.store offset=172
          i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
        end
      end
    end
    local.get 10 local.set 14
    local.get 14 local.tee 10 i32x4.trunc_sat_f32x4_s local.set 9
    local.get 10 f32x4.abs f32.const 2147483648 f32x4.splat f32x4.lt i32x4.bitmask i32.const 15 i32.eq local.set 15
    block
      block
        local.get 12 i32.eqz br_if 0 (;unlikely;)
        local.get 15 br_if 1 (;likely;)
      end
      i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 32672 i32.and i32.const 8096 i32.eq if
        i32.const 0 i32.const -50331648 local.get 13 i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and select local.set 12
        local.get 15 br_if 1
      end
      block
        i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 32640 i32.and i32.const 8064 i32.eq if
          local.get 15 local.get 9 f32x4.convert_i32x4_s local.get 10 f32x4.eq i32x4.bitmask i32.const 15 i32.eq i32.and br_if 1
        end
        i32.const (;state;) local.get 10 i32.const 5 call $h.sse.toIntv32 local.set 9
        i32.const (;state;) i32.load offset=172 if (;unlikely;)
          i32.const (;state;) i32.const 0 i32.store offset=172
          i32.const (;state;) local.get 14 v128.store offset=320 (;xmm0;)
          i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
        end
      end
    end
    local.get 9 local.set 16
    i32.const (;state;) local.get 14 v128.store offset=320 (;xmm0;)
    i32.const (;state;) local.get 16 v128.store offset=352 (;xmm2;)
    i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
    unreachable
  end
  unreachable)
