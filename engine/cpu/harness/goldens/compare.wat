;; Compare and branch become one WebAssembly comparison
;; cmp %ebx,%eax; jl 1f; mov $1,%ecx; 1: mov $2,%edx
;; 0000  39 d8                    cmp r4 r4 z32 a0             rax, rbx
;; 0002  7c 05                    jcc j1 z64 a0 cc12           imm 5   (ends the block)
;; 0004  b9 01 00 00 00           mov r4 i4 z32 a0             rcx, imm 1
;; 0009  ba 02 00 00 00           mov r4 i4 z32 a0             rdx, imm 2

(func 4 (param i32) (param i64) (param i32) (param i32) (result i32)
  local.get 0 local.get 1 local.get 2 call $h.sys.quietread if
    i32.const 0 return
  end
  local.get 0 local.get 3 i32.store offset=612 (;rec;)
  i32.const 1)
(func 5 (param i32) (param i64) (param i32) (param i32) (result i32)
  local.get 0 local.get 1 local.get 2 call $h.sys.quietwrite if
    i32.const 0 return
  end
  local.get 0 local.get 3 i32.store offset=612 (;rec;)
  i32.const 1)
(func $0 (param $state i32) (param $block i32) (result i32)
  (local i64) (local i64) (local $fk i32) (local $fa i64) (local $fb i64) (local $fr i64) (local i64) (local i64) (local $rbx i64) (local i32) (local i32) (local i64) (local $rax i64) (local i32) (local i32) (local i32) (local i32) (local i32) (local i32) (local $rdx i64) (local i32) (local $rcx i64) (local i32) (local i32)
  local.get $state i64.load (;rax;) local.set $rax
  local.get $state i64.load offset=8 (;rcx;) local.set $rcx
  local.get $state i64.load offset=16 (;rdx;) local.set $rdx
  local.get $state i64.load offset=24 (;rbx;) local.set $rbx
  local.get $state i32.load offset=720 (;fk;) local.set $fk
  local.get $state i64.load offset=728 (;fa;) local.set $fa
  local.get $state i64.load offset=736 (;fb;) local.set $fb
  local.get $state i64.load offset=744 (;fr;) local.set $fr
  local.get $state local.get $state i64.load offset=632 (;deadline;) local.get $state i64.load offset=624 (;now;) i64.sub local.tee 13 i64.const 1073741824 local.get 13 i64.const 1073741824 i64.lt_s select local.tee 13 i64.const 0 local.get 13 i64.const 0 i64.gt_s select i32.wrap_i64 i32.store offset=724 (;limit;)
  block
    block
      local.get $rbx i32.wrap_i64 local.tee 11 local.tee 12 i64.extend_i32_u local.set 8
      local.get $rax i32.wrap_i64 local.tee 15 local.tee 16 i64.extend_i32_u local.set 13
      local.get 16 local.get 12 i32.sub local.tee 17 i64.extend_i32_u local.set 9
      local.get 13 local.set $fa
      local.get 16 local.set 18
      local.get 8 local.set $fb
      local.get 12 local.set 19
      local.get 3 i64.const 8589934594 i64.add local.tee 13 i32.wrap_i64 local.get $state i32.load offset=724 (;limit;) i32.ge_u if (;unlikely;)
        i32.const 8194 local.set $fk
        local.get $fa local.get $fb i64.sub i32.wrap_i64 local.tee 20 i64.extend_i32_u local.set $fr
        local.get $state i32.const 4194416 i32.store offset=612 (;rec;)
        br 1
      end
      local.get 13 local.set 3
      local.get 18 local.get 19 i32.lt_s if
        block
          i32.const 2 local.tee 22 i64.extend_i32_u local.set $rdx
          i32.const 8194 local.set $fk
          local.get $fa local.get $fb i64.sub i32.wrap_i64 local.tee 20 i64.extend_i32_u local.set $fr
          local.get $state i32.const 4194568 i32.store offset=612 (;rec;)
          br 0
          unreachable
        end
        br 2
      end
      block
        i32.const 1 local.tee 24 i64.extend_i32_u local.set $rcx
        i32.const 2 local.tee 22 i64.extend_i32_u local.set $rdx
        i32.const 8194 local.set $fk
        local.get $fa local.get $fb i64.sub i32.wrap_i64 local.tee 20 i64.extend_i32_u local.set $fr
        local.get $state i32.const 4194760 i32.store offset=612 (;rec;)
        br 0
        unreachable
      end
      br 1
      unreachable
    end
    br 0
    unreachable
  end
  local.get $state local.get $rdx i64.store offset=16 (;rdx;)
  local.get $state local.get $rcx i64.store offset=8 (;rcx;)
  local.get $state local.get $fk i32.store offset=720 (;fk;)
  local.get $state local.get $fa i64.store offset=728 (;fa;)
  local.get $state local.get $fb i64.store offset=736 (;fb;)
  local.get $state local.get $fr i64.store offset=744 (;fr;)
  local.get $state i32.load offset=612 (;rec;) local.tee 25 if
    local.get $state local.get 25 local.get 3 return_call $h.sys.side
  end
  local.get $state local.get 2 i64.store offset=128 (;rip;)
  local.get $state local.get 3 return_call $h.sys.exit
  unreachable)
