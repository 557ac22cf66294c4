;; Blocks look at the TLB once for all that they access through the same register
;; mov (%rdi),%rax; test %eax,%eax; jz 1f; add 8(%rdi),%rax; 1: mov %rax,16(%rdi)
;; 0000  48 8b 07                 mov r8 m8 z64 a1             rax, [rdi + 0]
;; 0003  85 c0                    test r4 r4 z32 a0            rax, rax
;; 0005  74 04                    jcc j1 z64 a0 cc4            imm 4   (ends the block)
;; 0007  48 03 47 08              add r8 m8 z64 a1             rax, [rdi + 8]
;; 000b  48 89 47 10              mov m8 r8 z64 a1             rax, [rdi + 16]

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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local $rdi i64) (local i64) (local i32) (local i32) (local i64) (local i32) (local i32) (local i32) (local i64) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 3 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i32.const (;state;) i64.load offset=56 (;rdi;) local.set $rdi
    local.get $rdi local.set 8
    local.get 8 local.set 10
    local.get 10 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 12 i64.load offset=6152 (;dtlb.write;) local.get 10 i64.xor i64.const 4072 i64.gt_u if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    local.get 10 i32.wrap_i64 local.get 12 i32.load offset=6160 (;dtlb.addend;) i32.add local.set 11
    local.get 11 i64.load local.set 13
    local.get 13 i32.wrap_i64 local.tee 14 local.tee 15 i64.extend_i32_u local.set 10
    local.get 14 local.tee 16 i64.extend_i32_u local.set 8
    local.get 16 local.get 15 i32.and local.tee 18 i64.extend_i32_u local.set 17
    local.get 17 local.set 7
    local.get 18 local.set 19
    local.get $left i32.const 3 i32.sub local.set $left
    local.get 19 i32.eqz if
      local.get $left i32.const 2 i32.le_s if (;unlikely;)
        i32.const (;state;) local.get 13 i64.store (;rax;)
        i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get 7 i64.store offset=1000 (;fr;)
        i32.const (;state;) local.get $left i64.extend_i32_u i32.const 8195 i64.const 0 i64.const 0 return_call 11
      end
      local.get 11 local.get 13 i64.store offset=16
      i32.const (;state;) local.get 13 i64.store (;rax;)
      i32.const (;state;) i32.const 1073742081 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get 7 i64.store offset=1000 (;fr;)
      i32.const (;state;) local.get $left i64.extend_i32_u i32.const 8195 i64.const 0 i64.const 0 return_call 11
    end
    local.get $left i32.const 3 i32.le_s if (;unlikely;)
      i32.const (;state;) local.get 13 i64.store (;rax;)
      i32.const (;state;) i32.const 1073742208 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get 7 i64.store offset=1000 (;fr;)
      i32.const (;state;) local.get $left i64.extend_i32_u i32.const 8195 i64.const 0 i64.const 0 return_call 11
    end
    local.get 11 i64.load offset=8 local.set 17
    local.get 13 local.get 17 i64.add local.set 13
    local.get 13 local.set 5
    local.get 17 local.set 6
    local.get 11 local.get 13 i64.store offset=16
    i32.const (;state;) local.get 13 i64.store (;rax;)
    i32.const (;state;) i32.const 1073742210 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u i32.const 16385 local.get 5 local.get 6 return_call 11
    unreachable
  end
  unreachable)

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
  local.get 4 i32.const 32 i32.le_s if
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
  local.get 4 i32.const 32 i32.le_s if
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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local $rax i64) (local i64) (local $rdi i64) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 2 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073744512 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i32.const (;state;) i64.load (;rax;) local.set $rax
    i32.const (;state;) i64.load offset=56 (;rdi;) local.set $rdi
    local.get $rdi i64.const 16 i64.add local.set 9
    local.get 9 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 11 i64.load offset=6152 (;dtlb.write;) local.get 9 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
      i32.const (;state;) i32.const 1073744512 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    local.get 9 i32.wrap_i64 local.get 11 i32.load offset=6160 (;dtlb.addend;) i32.add local.get $rax i64.store
    i32.const (;state;) i32.const 1073744513 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    unreachable
  end
  unreachable)
