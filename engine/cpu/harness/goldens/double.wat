;; Doubles: NaN rules of the x86 around arithmetic of WebAssembly
;; mulsd %xmm1,%xmm0; addsd (%rdi),%xmm0
;; 0000  f2 0f 59 c1              mulsd x16 x8 z32 a0          xmm0, xmm1
;; 0004  f2 0f 58 07              addsd x16 m8 z32 a1          xmm0, [rdi + 0]

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
  (local i64) (local $left i32) (local i32) (local i32) (local i64) (local i64) (local i64) (local f64) (local f64) (local f64) (local $xmm1 v128) (local $xmm0 v128) (local i32) (local i32) (local i64) (local $rdi i64) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 7 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
    end
    i32.const (;state;) v128.load offset=336 (;xmm1;) local.set $xmm1
    local.get $xmm1 f64x2.extract_lane 0 local.set 10
    i32.const (;state;) v128.load offset=320 (;xmm0;) local.set $xmm0
    local.get $xmm0 f64x2.extract_lane 0 local.set 9
    local.get 9 local.get 10 f64.mul local.set 11
    block
      block
        local.get 10 i64.reinterpret_f64 i64.const 32 i64.shr_u i32.wrap_i64 i32.const 2146435072 i32.and i32.eqz br_if 0 (;unlikely;)
        local.get 9 i64.reinterpret_f64 i64.const 32 i64.shr_u i32.wrap_i64 i32.const 2146435072 i32.and i32.eqz br_if 0 (;unlikely;)
        local.get 11 i64.reinterpret_f64 i64.const 32 i64.shr_u i32.wrap_i64 i32.const 1 i32.shl i32.const 4194304 i32.sub local.get 14 i32.lt_u br_if 1 (;likely;)
      end
      local.get 11 f64x2.splat f64x2.extract_lane 0 local.set 11
      local.get 9 f64x2.splat f64x2.extract_lane 0 local.set 9
      local.get 10 f64x2.splat f64x2.extract_lane 0 local.set 10
      i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 32672 i32.and i32.const 8096 i32.eq if
        i32.const 0 i32.const -50331648 local.get 15 i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and select local.set 14
        local.get 11 i64.reinterpret_f64 i64.const 52 i64.shr_u i32.wrap_i64 i32.const 2047 i32.and i32.const 2 i32.sub i32.const 2045 i32.lt_u local.get 10 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u local.get 9 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u i32.or i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and i32.eqz i32.and br_if 1
      end
      block
        i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 32640 i32.and i32.const 8064 i32.eq if
          local.get 11 f64.const 0 f64.eq if (result i32)
            local.get 9 f64.const 0 f64.eq local.get 10 f64.const 0 f64.eq i32.or
          else
            local.get 11 i64.reinterpret_f64 i64.const 52 i64.shr_u i32.wrap_i64 i32.const 2047 i32.and i32.const 2 i32.sub i32.const 2045 i32.lt_u local.get 9 i64.reinterpret_f64 local.get 10 i64.reinterpret_f64 i64.or i64.const 134217727 i64.and i64.eqz i32.and
          end
          local.get 9 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.ge_u i32.and local.get 10 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.ge_u i32.and br_if 1
        end
        i32.const (;state;) local.get 9 i64.reinterpret_f64 local.get 10 i64.reinterpret_f64 call $h.sse.mul64 f64.reinterpret_i64 local.set 11
        i32.const (;state;) i32.load offset=172 if (;unlikely;)
          i32.const (;state;) i32.const 0 i32.store offset=172
          i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
        end
      end
      local.get 10 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u local.get 9 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u i32.or local.get 11 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u i32.or i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and if
        i32.const 0 local.set 14
        i32.const 1 local.set 15
      end
    end
    local.get $xmm0 local.get 11 f64x2.replace_lane 0 local.set $xmm0
    i32.const (;state;) i64.load offset=56 (;rdi;) local.set $rdi
    local.get $rdi local.set 16
    i32.const (;state;) local.get $xmm0 v128.store offset=320 (;xmm0;)
    local.get 16 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 18 i64.load offset=6144 (;dtlb.read;) local.get 16 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
      i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
    end
    local.get 16 i32.wrap_i64 local.get 18 i32.load offset=6160 (;dtlb.addend;) i32.add v128.load64_zero f64x2.extract_lane 0 local.set 10
    local.get $xmm0 f64x2.extract_lane 0 local.set 11
    local.get 11 local.get 10 f64.add local.set 9
    block
      block
        local.get 10 i64.reinterpret_f64 i64.const 32 i64.shr_u i32.wrap_i64 i32.const 2146435072 i32.and i32.eqz br_if 0 (;unlikely;)
        local.get 9 i64.reinterpret_f64 i64.const 32 i64.shr_u i32.wrap_i64 i32.const 1 i32.shl i32.const 4194304 i32.sub local.get 14 i32.lt_u br_if 1 (;likely;)
      end
      local.get 9 f64x2.splat f64x2.extract_lane 0 local.set 9
      local.get 11 f64x2.splat f64x2.extract_lane 0 local.set 11
      local.get 10 f64x2.splat f64x2.extract_lane 0 local.set 10
      i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 32672 i32.and i32.const 8096 i32.eq if
        i32.const 0 i32.const -50331648 local.get 15 i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and select local.set 14
        local.get 9 i64.reinterpret_f64 i64.const 52 i64.shr_u i32.wrap_i64 i32.const 2047 i32.and i32.const 2 i32.sub i32.const 2045 i32.lt_u local.get 10 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u local.get 11 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u i32.or i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and i32.eqz i32.and br_if 1
      end
      block
        i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 32640 i32.and i32.const 8064 i32.eq if
          local.get 11 local.get 9 local.get 9 local.get 11 f64.sub f64.sub f64.sub local.get 10 local.get 9 local.get 11 f64.sub f64.sub f64.add f64.const 0 f64.eq local.get 11 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.ge_u i32.and local.get 10 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.ge_u i32.and local.get 9 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.ge_u i32.and br_if 1
        end
        i32.const (;state;) local.get 11 i64.reinterpret_f64 local.get 10 i64.reinterpret_f64 call $h.sse.add64 f64.reinterpret_i64 local.set 9
        i32.const (;state;) i32.load offset=172 if (;unlikely;)
          i32.const (;state;) i32.const 0 i32.store offset=172
          i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
        end
      end
      local.get 10 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u local.get 11 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u i32.or local.get 9 i64.reinterpret_f64 i64.const 1 i64.shl i64.const 1 i64.sub i64.const 9007199254740991 i64.lt_u i32.or i32.const (;state;) i32.load offset=160 (;mxcsr;) i32.const 322 i32.and i32.const 258 i32.ne i32.and if
        i32.const 0 local.set 14
        i32.const 1 local.set 15
      end
    end
    local.get $xmm0 local.get 9 f64x2.replace_lane 0 local.set $xmm0
    i32.const (;state;) local.get $xmm0 v128.store offset=320 (;xmm0;)
    i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 12
    unreachable
  end
  unreachable)
