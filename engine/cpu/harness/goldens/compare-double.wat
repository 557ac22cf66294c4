;; An unordered comparison and its flags
;; ucomisd %xmm1,%xmm0; ja 1f; nop; 1:
;; 0000  66 0f 2e c1              ucomisd x16 x8 z32 a0        xmm0, xmm1
;; 0004  77 01                    jcc j1 z64 a0 cc7            imm 1   (ends the block)
;; 0006  90                       nop z32 a0

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
(func 15 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
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
  (local i64) (local $left i32) (local i32) (local i32) (local i64) (local i64) (local i64) (local f64) (local f64) (local f64) (local i32) (local $xmm1 v128) (local $xmm0 v128) (local f64) (local f64)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 4 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
    end
    i32.const (;state;) v128.load offset=336 (;xmm1;) local.set $xmm1
    local.get $xmm1 f64x2.extract_lane 0 local.set 10
    i32.const (;state;) v128.load offset=320 (;xmm0;) local.set $xmm0
    local.get $xmm0 f64x2.extract_lane 0 local.set 9
    block
      block
        local.get 9 i64.reinterpret_f64 i64.const 32 i64.shr_u i32.wrap_i64 i32.const 2146435072 i32.and i32.eqz br_if 0 (;unlikely;)
        local.get 10 i64.reinterpret_f64 i64.const 32 i64.shr_u i32.wrap_i64 i32.const 2146435072 i32.and i32.eqz br_if 0 (;unlikely;)
        local.get 9 local.get 10 f64.add local.tee 11 local.get 11 f64.eq br_if 1 (;likely;)
      end
      local.get 9 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u local.get 10 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u i32.or i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and if
        i32.const (;state;) i32.const 264 local.get 9 f64x2.splat local.get 10 f64x2.splat call $h.sse.softv64 i32x4.extract_lane 0 local.set 12
        local.get 12 i32.const 69 i32.ne if
          local.get 12 i32.eqz f64.convert_i32_s local.set 9
          local.get 12 i32.const 1 i32.and f64.convert_i32_s local.set 10
        end
      else
        local.get 9 local.get 10 f64.lt local.get 9 local.get 10 f64.ge i32.or i32.eqz if
          i32.const 69 local.set 12
          i32.const (;state;) local.get 9 f64x2.splat local.get 10 f64x2.splat i32.const 1 call $h.sse.unordered64
        end
      end
      i32.const (;state;) i32.load offset=172 if (;unlikely;)
        i32.const (;state;) i32.const 0 i32.store offset=172
        i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
      end
    end
    local.get 9 local.tee 15 i64.reinterpret_f64 local.set 6
    local.get 10 local.tee 16 i64.reinterpret_f64 local.set 7
    local.get $left i32.const 4 i32.sub local.set $left
    local.get 4 i32.const 2 i32.add local.set 4
    local.get 15 local.get 16 f64.gt if
      local.get $left i32.const 1 i32.le_s if (;unlikely;)
        i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or i32.const 16395 local.get 6 local.get 7 return_call 13
      end
      i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or i32.const 16395 local.get 6 local.get 7 return_call 13
    end
    local.get $left i32.const 2 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073742208 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or i32.const 16395 local.get 6 local.get 7 return_call 13
    end
    i32.const (;state;) i32.const 1073742209 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or i32.const 16395 local.get 6 local.get 7 return_call 13
    unreachable
  end
  unreachable)
