;; Takes a page of memory at a time, writes into every one so that the machine has to find it, and does not get
;; by with less.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32) (local $at i32)
  (loop $more
    (local.set $at (memory.grow (i32.const 1)))
    (if (i32.eq (local.get $at) (i32.const -1)) (then unreachable))
    (memory.fill (i32.shl (local.get $at) (i32.const 16)) (i32.const 1) (i32.const 65536))
    (br $more))
  unreachable)
