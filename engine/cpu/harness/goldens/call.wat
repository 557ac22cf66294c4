;; A call and a return
;; call 1f; jmp 2f; 1: ret; 2:
;; 0000  e8 02 00 00 00           call j4 z64 a0               imm 2   (ends the block)
;; 0005  eb 01                    jmp j1 z64 a0                imm 1   (ends the block)
;; 0007  c3                       ret z64 a0                      (ends the block)

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
(func 13 (param i32) (param i64) (param i32) (param i32) (param i32) (result i32)
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
  (local i64) (local $left i32) (local i32) (local i64) (local i64) (local i64) (local $entry i32) (local i64) (local i64) (local i64) (local $rsp i64) (local i32) (local i32)
  i32.const (;state;) i64.load offset=32 (;rsp;) local.set $rsp
  i32.const (;state;) i32.load offset=591920 (;left;) local.set $left
  i32.const (;state;) i32.load offset=591916 (;entry;) local.set $entry
  block
    block
      loop
        block
          block
            block
              block
                local.get $entry br_table 0 1 2 6
                unreachable
              end
              local.get $left i32.const 1 i32.le_s if (;unlikely;)
                i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
                i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
              end
              i32.const (;state;) i64.load offset=856 (;pageVa;) i64.const 5 i64.add local.set 10
              local.get $rsp i64.const 8 i64.sub local.set 11
              local.get 11 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 13 i64.load offset=6152 (;dtlb.write;) local.get 11 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
                i32.const (;state;) i32.const 1073741952 i32.store offset=868 (;rec;)
                i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
              end
              local.get 11 i32.wrap_i64 local.get 13 i32.load offset=6160 (;dtlb.addend;) i32.add local.get 10 i64.store
              local.get 11 local.set $rsp
              local.get $left i32.const 1 i32.sub local.set $left
              i32.const (;state;) local.get $rsp i64.store offset=32 (;rsp;)
              br 0
              unreachable
            end
            local.get $left i32.const 1 i32.le_s if (;unlikely;)
              i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
              i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
            end
            local.get $rsp local.set 10
            local.get 10 i64.const 7 i64.shr_u i32.wrap_i64 i32.const 524256 i32.and local.tee 13 i64.load offset=6144 (;dtlb.read;) local.get 10 i64.xor i64.const 4088 i64.gt_u if (;unlikely;)
              i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
              i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
            end
            local.get 10 i32.wrap_i64 local.get 13 i32.load offset=6160 (;dtlb.addend;) i32.add i64.load local.set 11
            local.get 11 i64.const 47 i64.shr_s i64.const 1 i64.add i64.const 1 i64.gt_u if (;unlikely;)
              i32.const (;state;) i32.const 1073742080 i32.store offset=868 (;rec;)
              i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
            end
            local.get $rsp i64.const 8 i64.add local.set $rsp
            local.get 11 local.set 2
            local.get $left i32.const 1 i32.sub local.set $left
            i32.const (;state;) local.get $rsp i64.store offset=32 (;rsp;)
            local.get $rsp i32.const (;state;) i64.load offset=591904 (;waitRsp;) i64.ge_u if
              i32.const (;state;) local.get $left i64.extend_i32_u local.get 2 return_call $h.sys.return
            end
            local.get 2 i32.const (;state;) i64.load offset=856 (;pageVa;) i64.sub local.set 9
            local.get 9 i64.const 5 i64.eq if
              br 1
            end
            br 1
            unreachable
          end
          local.get $left i32.const 1 i32.le_s if (;unlikely;)
            i32.const (;state;) i32.const 1073742208 i32.store offset=868 (;rec;)
            i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
          end
          local.get $left i32.const 1 i32.sub local.set $left
          local.get $left i32.const 1 i32.le_s if (;unlikely;)
            i32.const (;state;) i32.const 1073742336 i32.store offset=868 (;rec;)
            i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
          end
          i32.const (;state;) i32.const 1073742336 i32.store offset=868 (;rec;)
          i32.const (;state;) local.get $left i64.extend_i32_u return_call 10
          unreachable
        end
        local.get 9 i32.wrap_i64 local.tee 14 i32.const -2048144789 i32.mul i32.const 29 i32.shr_u i32.const 4 i32.shl global.get $w.words i32.add local.set 13
        local.get 13 i64.load32_s offset=32 local.get 9 i64.ne br_if 1
        local.get 13 i32.load offset=40 local.set $entry
        br 0
      end
      unreachable
    end
    i32.const (;state;) local.get $left i64.extend_i32_u local.get 2 return_call $h.sys.exit
    unreachable
    unreachable
  end
  i32.const 0)
