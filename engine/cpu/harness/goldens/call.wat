;; A call and a return
;; call 1f; jmp 2f; 1: ret; 2:
;; 0000  e8 02 00 00 00           call j4 z64 a0               imm 2   (ends the block)
;; 0005  eb 01                    jmp j1 z64 a0                imm 1   (ends the block)
;; 0007  c3                       ret z64 a0                      (ends the block)

(func 4 (param i32) (param i64) (result i32)
  local.get 0 local.get 0 i32.load offset=868 (;rec;) local.get 1 return_call $h.sys.side)
(func 5 (param i32) (param i64) (param i32) (param i64) (param i64) (result i32)
  local.get 0 local.get 2 i32.store offset=976 (;fk;)
  local.get 0 local.get 3 i64.store offset=984 (;fa;)
  local.get 0 local.get 4 i64.store offset=992 (;fb;)
  local.get 0 local.get 1 return_call 4)
(func 6 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
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
(func 7 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
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
  (local i64) (local i32) (local i32) (local i64) (local i64) (local i64) (local i32) (local i64) (local i64) (local $rsp i64) (local i32) (local i64) (local $pageVa i64) (local i32) (local i32) (local i32)
  i32.const (;state;) i64.load offset=32 (;rsp;) local.set $rsp
  local.get $block i32.load16_u offset=42 (;entry;) local.set 8
  i32.const (;state;) i32.const (;state;) i64.load offset=888 (;deadline;) i32.const (;state;) i64.load offset=880 (;now;) i64.sub local.tee 9 i64.const 1073741824 local.get 9 i64.const 1073741824 i64.lt_s select local.tee 9 i64.const 0 local.get 9 i64.const 0 i64.gt_s select i32.wrap_i64 local.tee 3 i32.store offset=980 (;limit;)
  block
    loop
      block
        block
          block
            block
              local.get 8 br_table 1 2 0
              unreachable
            end
            local.get 3 i32.const 1 i32.le_s if (;unlikely;)
              i32.const (;state;) i32.const 16515424 i32.store offset=868 (;rec;)
              i32.const (;state;) local.get 3 i64.extend_i32_u return_call 4
            end
            local.get 3 i32.const 1 i32.sub local.set 3
            local.get 3 i32.const 1 i32.le_s if (;unlikely;)
              i32.const (;state;) i32.const 16515552 i32.store offset=868 (;rec;)
              i32.const (;state;) local.get 3 i64.extend_i32_u return_call 4
            end
            i32.const (;state;) i32.const 16515552 i32.store offset=868 (;rec;)
            i32.const (;state;) local.get 3 i64.extend_i32_u return_call 4
            unreachable
          end
          local.get 3 i32.const 1 i32.le_s if (;unlikely;)
            i32.const (;state;) i32.const 16515168 i32.store offset=868 (;rec;)
            i32.const (;state;) local.get 3 i64.extend_i32_u return_call 4
          end
          i32.const (;state;) i64.load offset=856 (;pageVa;) i64.const 5 i64.add local.set 9
          local.get $rsp i64.const 8 i64.sub local.set 10
          local.get 10 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 131040 i32.and local.tee 12 i64.load offset=6152 (;dtlb.write;) local.get 10 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
            i32.const (;state;) i32.const 16515168 i32.store offset=868 (;rec;)
            i32.const (;state;) local.get 3 i64.extend_i32_u return_call 4
          end
          local.get 10 i32.wrap_i64 local.get 12 i32.load offset=6160 (;dtlb.addend;) i32.add local.get 9 i64.store
          local.get 10 local.set $rsp
          local.get 3 i32.const 1 i32.sub local.set 3
          i32.const (;state;) local.get $rsp i64.store offset=32 (;rsp;)
          br 0
          unreachable
        end
        local.get 3 i32.const 1 i32.le_s if (;unlikely;)
          i32.const (;state;) i32.const 16515296 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get 3 i64.extend_i32_u return_call 4
        end
        local.get $rsp local.set 9
        local.get 9 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 131040 i32.and local.tee 12 i64.load offset=6144 (;dtlb.read;) local.get 9 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
          i32.const (;state;) i32.const 16515296 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get 3 i64.extend_i32_u return_call 4
        end
        local.get 9 i32.wrap_i64 local.get 12 i32.load offset=6160 (;dtlb.addend;) i32.add i64.load local.set 10
        local.get 10 i64.const 47 i64.shr_s i64.const 1 i64.add i64.const 1 i64.gt_u if (;unlikely;)
          i32.const (;state;) i32.const 16515296 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get 3 i64.extend_i32_u return_call 4
        end
        local.get $rsp i64.const 8 i64.add local.set $rsp
        local.get 10 local.set 2
        local.get 3 i32.const 1 i32.sub local.set 3
        i32.const (;state;) local.get $rsp i64.store offset=32 (;rsp;)
        local.get 2 i32.const (;state;) i64.load offset=856 (;pageVa;) i64.sub local.set 13
        local.get 13 i64.const 5 i64.eq if
          i32.const 2 local.set 8
          br 2
        end
        i32.const (;state;) i64.load offset=856 (;pageVa;) local.set $pageVa
        br 0
        unreachable
      end
      local.get 2 i64.const -4096 i64.and local.set 9
      local.get 9 i64.const 8 i64.shr_u i32.wrap_i64 i32.const 16368 i32.and local.set 12
      local.get 12 i64.load offset=137216 (;itlb.tag;) local.get 9 i64.ne br_if 1
      local.get 12 i32.load offset=137224 (;itlb.frame;) local.get 2 i32.wrap_i64 local.tee 17 i32.const 4095 i32.and i32.or local.tee 15 local.get 15 i32.const 11 i32.shr_u i32.xor i32.const 65535 i32.and i32.const 3 i32.shl local.tee 16 i32.load offset=11272192 local.get 15 i32.ne br_if 1
      local.get 16 i32.load offset=11272196 local.tee 16 i32.load i32.const 1 i32.ne br_if 1
      local.get 9 local.get 16 i64.load32_s offset=4 i64.sub local.get $pageVa i64.ne br_if 1
      i32.const (;state;) local.get 9 i64.store offset=856 (;pageVa;)
      i32.const (;state;) local.get 12 i32.load offset=137224 (;itlb.frame;) i32.store offset=864 (;frameBase;)
      local.get 16 i32.load16_u offset=42 local.set 8
      br 0
    end
    unreachable
  end
  i32.const (;state;) local.get 3 i64.extend_i32_u local.get 2 return_call $h.sys.exit
  unreachable)
