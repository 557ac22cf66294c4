;; Extensions
;; movzbl %bl,%eax; movswq %cx,%rdx; movslq %esi,%rsi
;; 0000  0f b6 c3                 movzx r4 r1 z32 a0           rax, rbx
;; 0003  48 0f bf d1              movsx r8 r2 z64 a0           rdx, rcx
;; 0007  48 63 f6                 movsxd r8 r4 z64 a0          rsi, rsi

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
(func 13 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local $rbx i64) (local i64) (local $rcx i64) (local i64) (local $rsi i64) (local i32)
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  block
    local.get $left i32.const 4 i32.le_s if (;unlikely;)
      i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
      i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    end
    i32.const (;state;) i64.load offset=24 (;rbx;) local.set $rbx
    local.get $rbx i64.const 255 i64.and local.set 9
    i32.const (;state;) i64.load offset=8 (;rcx;) local.set $rcx
    local.get $rcx i64.const 65535 i64.and i64.extend16_s local.set 11
    i32.const (;state;) i64.load offset=48 (;rsi;) local.set $rsi
    local.get $rsi i32.wrap_i64 local.tee 13 i64.extend_i32_u i64.extend32_s local.set $rsi
    i32.const (;state;) local.get 9 i64.store (;rax;)
    i32.const (;state;) local.get 11 i64.store offset=16 (;rdx;)
    i32.const (;state;) local.get $rsi i64.store offset=48 (;rsi;)
    i32.const (;state;) i32.const 1073741955 i32.store offset=868 (;rec;)
    i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
    unreachable
  end
  unreachable)
