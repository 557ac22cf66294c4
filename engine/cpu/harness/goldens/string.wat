;; A run of a REP instruction is a block of its own
;; mov $32,%ecx; rep movsb
;; 0000  b9 20 00 00 00           mov r4 i4 z32 a0             rcx, imm 32
;; 0005  f3 a4                    movs z8 a2 repf3             [0]   (a block of its own)

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
  local.get 4 i32.const 31 i32.le_s if
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
  local.get 4 i32.const 31 i32.le_s if
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
  (local i64) (local $left i32) (local i32) (local i32) (local i64) (local i64) (local i64) (local $rcx i64) (local i32) (local $rdi i64) (local $rsi i64) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 1 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 11
    end
    i64.const 32 local.set $rcx
    local.get $left i32.const 1 i32.sub local.set $left
    i32.const (;state;) i64.const 32 i64.store offset=8 (;rcx;)
    loop
      local.get $left i32.const 1 i32.le_s if (;unlikely;)
        i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 11
      end
      i32.const (;state;) i32.const (;state;) i64.load offset=56 (;rdi;) local.set $rdi
      local.get $rdi i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
      local.get $rcx i32.const (;state;) i64.load offset=48 (;rsi;) local.set $rsi
      local.get $rsi i64.const 0 i64.add call $h.string.movs1 local.tee 10 i32.const 0 i32.lt_s if (;unlikely;)
        i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 11
      end
      local.get $rdi local.get 10 i32.const 0 i32.shl i64.extend_i32_u i64.add local.set $rdi
      local.get $rsi local.get 10 i32.const 0 i32.shl i64.extend_i32_u i64.add local.set $rsi
      local.get $rcx local.get 10 i64.extend_i32_u i64.sub local.set $rcx
      local.get 10 i32.const 1 i32.mul local.set 13
      local.get $left local.get 13 i32.sub local.set $left
      local.get 4 local.get 13 i32.add local.set 4
      local.get $rcx i64.const 0 i64.ne local.set 14
      local.get $left i32.const 1 i32.sub local.set $left
      local.get $left i32.const 1 i32.le_s if (;unlikely;)
        i32.const (;state;) i64.load offset=856 (;pageVa;) i64.const 5 i64.add i32.const (;state;) i64.load offset=856 (;pageVa;) i64.const 7 i64.add local.get 14 select local.set 2
        i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
        i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
        i32.const (;state;) local.get $rdi i64.store offset=56 (;rdi;)
        i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or local.get 2 return_call $h.sys.exit
        unreachable
      end
      local.get 14 if
        i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
        i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
        i32.const (;state;) local.get $rdi i64.store offset=56 (;rdi;)
        br 1
      end
      local.get $left i32.const 1 i32.le_s if (;unlikely;)
        i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
        i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
        i32.const (;state;) local.get $rdi i64.store offset=56 (;rdi;)
        i32.const (;state;) i32.const 1073742208 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 11
      end
      i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
      i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
      i32.const (;state;) local.get $rdi i64.store offset=56 (;rdi;)
      i32.const (;state;) i32.const 1073742208 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u local.get 4 i64.extend_i32_u i64.const 32 i64.shl i64.or return_call 11
      unreachable
    end
    unreachable
  end
  unreachable)
