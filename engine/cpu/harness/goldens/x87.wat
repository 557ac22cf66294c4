;; The x87 in 80 bits
;; fldl (%rdi); faddl 8(%rdi); fstpl 16(%rdi)
;; 0000  dd 07                    fld m8 z32 a1                [rdi + 0]
;; 0002  dc 47 08                 fadd m8 z32 a1               [rdi + 8]
;; 0005  dd 5f 10                 fstp m8 z32 a1               [rdi + 16]

(func 15 (param i32) (param i64) (result i32)
  (local $rec i32)
  local.get 0 i32.load offset=868 (;rec;) local.set $rec
  local.get 0 local.get $rec i32.const 5 i32.shr_u i32.const 33554428 i32.and global.get $w.words i32.add i32.load local.get $rec i32.const 127 i32.and i32.const 5 i32.shl i32.add i32.const 64 i32.add local.get 1 return_call $h.sys.side)
(func 16 (param i32) (param i64) (param i32) (param i64) (param i64) (result i32)
  local.get 0 local.get 2 i32.store offset=976 (;fk;)
  local.get 0 local.get 3 i64.store offset=984 (;fa;)
  local.get 0 local.get 4 i64.store offset=992 (;fb;)
  local.get 0 local.get 1 return_call 15)
(func 17 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
  (local i32)
  local.get 4 i32.const 43 i32.le_s if
    local.get 0 local.get 3 i32.store offset=868 (;rec;)
    i32.const -2147483648 return
  end
  local.get 0 i32.load offset=980 (;limit;) local.get 4 i32.sub local.set 5
  local.get 0 local.get 1 local.get 2 call $h.sys.quietread if
    local.get 0 i32.load offset=980 (;limit;) local.get 5 i32.sub return
  end
  local.get 0 local.get 3 i32.store offset=868 (;rec;)
  i32.const -2147483648)
(func 18 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
  (local i32)
  local.get 4 i32.const 43 i32.le_s if
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
  (local i64) (local $left i32) (local i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local i32) (local $rdi i64) (local i64) (local i64) (local i32) (local i64) (local i32) (local i32) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 13 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 15
    end
    i32.const (;state;) i32.load16_u offset=166 (;fsw;) i32.const 128 i32.and if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 15
    end
    i32.const (;state;) i64.load offset=56 (;rdi;) local.set $rdi
    local.get $rdi local.set 9
    local.get 9 local.set 13
    local.get 13 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 14 i64.load offset=6144 (;dtlb.read;) local.get 13 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 15
    end
    local.get 13 i32.wrap_i64 local.get 14 i32.load offset=6160 (;dtlb.addend;) i32.add i64.load local.set 12
    i32.const (;state;) i32.const 960 i32.add local.tee 10 local.get 12 i64.store
    i32.const (;state;) i32.const (;state;) i64.load offset=856 (;pageVa;) i64.store offset=176
    i32.const (;state;) i32.const 1287 i32.store16 offset=170
    i32.const (;state;) i32.const (;state;) i32.load8_u offset=173 i32.const 16 i32.shl i32.const 51 i32.or i32.store offset=202
    i32.const (;state;) local.get 9 i64.store offset=184
    i32.const (;state;) i32.const 520 local.get 10 call $h.x87.ld drop
    i32.const (;state;) i32.load16_u offset=166 (;fsw;) i32.const 128 i32.and if (;unlikely;)
      i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 15
    end
    local.get $rdi i64.const 8 i64.add local.set 13
    local.get 13 local.set 9
    local.get 9 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 10 i64.load offset=6144 (;dtlb.read;) local.get 9 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
      i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 15
    end
    local.get 9 i32.wrap_i64 local.get 10 i32.load offset=6160 (;dtlb.addend;) i32.add i64.load local.set 12
    i32.const (;state;) i32.const 960 i32.add local.tee 14 local.get 12 i64.store
    i32.const (;state;) i32.const (;state;) i64.load offset=856 (;pageVa;) i64.const 2 i64.add i64.store offset=176
    i32.const (;state;) i32.const 1095 i32.store16 offset=170
    i32.const (;state;) i32.const (;state;) i32.load8_u offset=173 i32.const 16 i32.shl i32.const 51 i32.or i32.store offset=202
    i32.const (;state;) local.get 13 i64.store offset=184
    i32.const (;state;) i32.const 512 local.get 14 call $h.x87.arith drop
    i32.const (;state;) i32.load16_u offset=166 (;fsw;) i32.const 128 i32.and if (;unlikely;)
      i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 15
    end
    local.get $rdi i64.const 16 i64.add local.set 9
    i32.const (;state;) i32.const 0 call $h.x87.toFloat local.set 10
    local.set 12
    local.tee 14 if
      local.get 9 local.get 12 local.set 13
      local.set 15
      local.get 15 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 16 i64.load offset=6152 (;dtlb.write;) local.get 15 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
        i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 15
      end
      local.get 15 i32.wrap_i64 local.get 16 i32.load offset=6160 (;dtlb.addend;) i32.add local.get 13 i64.store
      i32.const (;state;) i32.const (;state;) i64.load offset=856 (;pageVa;) i64.const 5 i64.add i64.store offset=176
      i32.const (;state;) i32.const 1375 i32.store16 offset=170
      i32.const (;state;) i32.const (;state;) i32.load8_u offset=173 i32.const 16 i32.shl i32.const 51 i32.or i32.store offset=202
      i32.const (;state;) local.get 9 i64.store offset=184
      i32.const (;state;) local.get 10 i32.store16 offset=166 (;fsw;)
      i32.const (;state;) call $h.x87.pop
    else
      local.get 9 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 19 i64.load offset=6152 (;dtlb.write;) local.get 9 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
        i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 15
      end
      local.get 9 i32.wrap_i64 local.get 19 i32.load offset=6160 (;dtlb.addend;) i32.add local.set 17
      i32.const (;state;) i32.const (;state;) i64.load offset=856 (;pageVa;) i64.const 5 i64.add i64.store offset=176
      i32.const (;state;) i32.const 1375 i32.store16 offset=170
      i32.const (;state;) i32.const (;state;) i32.load8_u offset=173 i32.const 16 i32.shl i32.const 51 i32.or i32.store offset=202
      i32.const (;state;) local.get 9 i64.store offset=184
      i32.const (;state;) i32.const 4617 local.get 17 call $h.x87 local.tee 18 i32.eqz if
      end
    end
    i32.const (;state;) i32.const 1073741955 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 15
    unreachable
  end
  unreachable)
