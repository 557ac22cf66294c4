;; A loop keeps the page of an address that is always the same
;; 1: add 0x80(%rip),%rax; dec %ecx; jnz 1b
;; 0000  48 03 05 80 00 00 00     add r8 m8 z64 a1             rax, [rip + 128]
;; 0007  ff c9                    dec r4 z32 a0                rcx
;; 0009  75 f5                    jcc j1 z64 a0 cc5            imm -11   (ends the block)

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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local i32) (local i64) (local i64) (local i32) (local $rax i64) (local $rcx i64) (local i32) (local i32) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    loop
      local.get $left i32.const 3 i32.le_s if (;unlikely;)
        i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
      end
      local.get 8 i32.eqz if (;unlikely;)
        i32.const (;state;) i64.load offset=856 (;pageVa;) i64.const 135 i64.add local.set 10
        local.get 10 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 11 i64.load offset=6144 (;dtlb.read;) local.get 10 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
          i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
        end
        local.get 10 i32.wrap_i64 local.get 11 i32.load offset=6160 (;dtlb.addend;) i32.add i32.const 135 i32.sub local.set 8
      end
      local.get 8 i64.load offset=135 local.set 9
      i32.const (;state;) i64.load (;rax;) local.set $rax
      local.get $rax local.get 9 i64.add local.set $rax
      local.get $rax local.set 5
      local.get 9 local.set 6
      i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
      local.get $rcx i32.wrap_i64 local.tee 14 local.tee 15 i64.extend_i32_u local.set 10
      local.get 10 i64.const 1 i64.sub i32.wrap_i64 local.tee 14 i64.extend_i32_u local.set $rcx
      local.get 5 local.get 6 i64.lt_u local.tee 16 i64.extend_i32_u local.set 6
      local.get $rcx local.set 7
      local.get 14 local.set 17
      local.get $left i32.const 3 i32.sub local.set $left
      local.get 17 i32.eqz i32.eqz if
        i32.const (;state;) i32.const 8197 i32.store offset=976 (;fk;)
        i32.const (;state;) local.get 6 i64.store offset=992 (;fb;)
        i32.const (;state;) local.get 7 i64.store offset=1000 (;fr;)
        i32.const (;state;) local.get $rax i64.store (;rax;)
        i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
        br 1
      end
      local.get $left i32.const 1 i32.le_s if (;unlikely;)
        i32.const (;state;) local.get $rax i64.store (;rax;)
        i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
        i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get 7 i64.store offset=1000 (;fr;)
        i32.const (;state;) local.get $left i64.extend_i32_u i32.const 8197 i64.const 0 local.get 6 return_call 11
      end
      i32.const (;state;) local.get $rax i64.store (;rax;)
      i32.const (;state;) local.get $rcx i64.store offset=8 (;rcx;)
      i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get 7 i64.store offset=1000 (;fr;)
      i32.const (;state;) local.get $left i64.extend_i32_u i32.const 8197 i64.const 0 local.get 6 return_call 11
      unreachable
    end
    unreachable
  end
  unreachable)
