;; Read, modify and write with one look at the TLB
;; addl $5,(%rdi)
;; 0000  83 07 05                 add m4 i1 z32 a1             [rdi + 0], imm 5

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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local i32) (local i64) (local i64) (local $rdi i64) (local i32) (local i32) (local i32) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 2 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i32.const (;state;) i64.load offset=56 (;rdi;) local.set $rdi
    local.get $rdi local.set 11
    local.get 11 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 13 i64.load offset=6152 (;dtlb.write;) local.get 11 i64.xor i64.const 4092 i64.gt_u if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    local.get 11 i32.wrap_i64 local.get 13 i32.load offset=6160 (;dtlb.addend;) i32.add local.tee 9 i32.load local.tee 14 i64.extend_i32_u local.set 8
    local.get 14 i32.const 5 i32.add local.tee 15 i64.extend_i32_u local.set 10
    local.get 9 local.get 10 i64.store32
    local.get 10 local.set 5
    local.get 15 local.set 16
    i64.const 5 local.set 6
    i32.const (;state;) i32.const 1073741953 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u i32.const 8193 local.get 5 i64.const 5 return_call 11
    unreachable
  end
  unreachable)
