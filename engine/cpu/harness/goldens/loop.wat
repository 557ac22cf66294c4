;; A loop: CRC-32 over the bytes of a buffer, as gcc -O2 compiles it
;; 1: add $1,%rdx; mov %esi,%ecx; xor -1(%rdx),%sil; shr $8,%ecx; movzbl %sil,%esi; xor (%r9,%rsi,4),%ecx; mov %ecx,%esi; cmp %r8,%rdx; jne 1b
;; 0000  48 83 c2 01              add r8 i1 z64 a0             rdx, imm 1
;; 0004  89 f1                    mov r4 r4 z32 a0             rcx, rsi
;; 0006  40 32 72 ff              xor r1 m1 z8 a1              rsi, [rdx + -1]
;; 000a  c1 e9 08                 shr r4 i1 z32 a0             rcx, imm 8
;; 000d  40 0f b6 f6              movzx r4 r1 z32 a0           rsi, rsi
;; 0011  41 33 0c b1              xor r4 m4 z32 a2             rcx, [r9 + rsi·4 + 0]
;; 0015  89 ce                    mov r4 r4 z32 a0             rsi, rcx
;; 0017  4c 39 c2                 cmp r8 r8 z64 a0             rdx, r8
;; 001a  75 e4                    jcc j1 z64 a0 cc5            imm -28   (ends the block)

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
  local.get 4 i32.const 39 i32.le_s if
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
  local.get 4 i32.const 39 i32.le_s if
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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local i64) (local i32) (local i64) (local $rdx i64) (local $rsi i64) (local i32) (local i64) (local i32) (local i64) (local i64) (local i32) (local i64) (local i64) (local i32) (local i32) (local i32) (local i32) (local i32) (local $r9 i64) (local i32) (local $r8 i64)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    loop
      local.get $left i32.const 9 i32.le_s if (;unlikely;)
        i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
      end
      i32.const (;state;) i64.load offset=16 (;rdx;) local.set $rdx
      local.get $rdx i64.const 1 i64.add local.set $rdx
      local.get $rdx local.set 5
      i64.const 1 local.set 6
      i32.const (;state;) i64.load offset=48 (;rsi;) local.set $rsi
      local.get $rsi i32.wrap_i64 local.tee 13 local.tee 15 i64.extend_i32_u local.set 14
      local.get $rdx i64.const -1 i64.add local.set 17
      i32.const (;state;) local.get 14 i64.store offset=8 (;rcx;)
      i32.const (;state;) local.get $rdx i64.store offset=16 (;rdx;)
      local.get 17 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 18 i64.load offset=6144 (;dtlb.read;) local.get 17 i64.xor i64.const 4095 i64.gt_u if (;unlikely;)
        i32.const (;state;) i32.const 1073741954 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u i32.const 16385 local.get 5 i64.const 1 return_call 11
      end
      local.get 17 i32.wrap_i64 local.get 18 i32.load offset=6160 (;dtlb.addend;) i32.add i64.load8_u local.set 16
      local.get $rsi i64.const 255 i64.and local.set 19
      local.get 19 local.get 16 i64.xor i64.const 255 i64.and local.tee 20 local.get $rsi i64.const -256 i64.and i64.or local.set $rsi
      i64.const 8 local.set 19
      local.get 15 i32.const 8 i32.shr_u local.tee 21 i64.extend_i32_u local.set 17
      local.get 14 i64.const 8 i64.const 1 i64.sub i64.shr_u i32.wrap_i64 i32.const 1 i32.and local.set 18
      local.get 14 i64.const 31 i64.shr_u i32.wrap_i64 i32.const 1 i32.and local.set 22
      local.get 18 local.tee 23 i64.extend_i32_u local.set 5
      local.get 22 local.tee 24 i64.extend_i32_u local.set 6
      local.get 17 local.set 7
      local.get 21 local.set 25
      local.get 17 local.set 14
      local.get 21 local.set 15
      local.get 20 local.set $rsi
      i32.const (;state;) i64.load offset=72 (;r9;) local.set $r9
      local.get $r9 local.get $rsi i64.const 2 i64.shl i64.add local.set 19
      local.get 19 local.get 8 i64.sub local.tee 16 local.get 10 i64.ge_u if (;unlikely;)
        i32.const (;state;) local.get 14 i64.store offset=8 (;rcx;)
        i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
        local.get 19 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 18 i64.load offset=6144 (;dtlb.read;) local.get 19 i64.xor i64.const 4092 i64.gt_u if (;unlikely;)
          i32.const (;state;) local.get 14 i64.store offset=8 (;rcx;)
          i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
          i32.const (;state;) i32.const 1073741957 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get 7 i64.store offset=1000 (;fr;)
          i32.const (;state;) local.get $left i64.extend_i32_u i32.const 8198 local.get 5 local.get 6 return_call 11
        end
        local.get 19 i32.wrap_i64 local.get 18 i32.load offset=6160 (;dtlb.addend;) i32.add local.set 22
        local.get 19 i64.const 4095 i64.and local.set 16
        local.get 19 i64.const -4096 i64.and local.set 8
        local.get 22 local.get 16 i32.wrap_i64 i32.sub local.set 9
        i64.const 4093 local.set 10
      end
      local.get 16 i32.wrap_i64 local.tee 27 local.get 9 i32.add i32.load local.tee 21 i64.extend_i32_u local.set 17
      local.get 15 local.get 21 i32.xor local.tee 15 i64.extend_i32_u local.set 14
      local.get 14 local.set $rsi
      local.get 15 local.set 13
      i32.const (;state;) i64.load offset=64 (;r8;) local.set $r8
      local.get $rdx local.set 5
      local.get $r8 local.set 6
      local.get $left i32.const 9 i32.sub local.set $left
      local.get 5 local.get 6 i64.ne if
        i32.const (;state;) local.get 14 i64.store offset=8 (;rcx;)
        i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
        br 1
      end
      local.get $left i32.const 1 i32.le_s if (;unlikely;)
        i32.const (;state;) local.get 14 i64.store offset=8 (;rcx;)
        i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
        i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
        i32.const (;state;) local.get $left i64.extend_i32_u i32.const 16394 local.get 5 local.get 6 return_call 11
      end
      i32.const (;state;) local.get 14 i64.store offset=8 (;rcx;)
      i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
      i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u i32.const 16394 local.get 5 local.get 6 return_call 11
      unreachable
    end
    unreachable
  end
  unreachable)
