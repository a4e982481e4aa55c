;; Asks for ten thousand pages at once.

(data (i32.const 8192) "/api/v1/groups")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32) (local $i i32) (local $at i32)
  (drop (memory.grow (i32.const 64)))
  (global.set $heap (i32.const 0x80000))
  (local.set $at (i32.const 131072))
  (loop $more
    (i32.store (local.get $at) (i32.const 8192))
    (i32.store offset=4 (local.get $at) (i32.const 14))
    (local.set $at (i32.add (local.get $at) (i32.const 36)))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $more (i32.lt_u (local.get $i) (i32.const 10000))))
  (call $get_all (i32.const 131072) (i32.const 10000) (i32.const 4096))
  (call $tell (i32.load (i32.const 4096))))
