;; Answers JSON of a hundred thousand levels, for a parser that recurses.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32) (local $at i32)
  (drop (memory.grow (i32.const 16)))
  (local.set $at (i32.const 65001))
  ;; {"a":{"a":{"a": …
  (loop $more
    (i64.store (local.get $at) (i64.const 0x3a226122))
    (i32.store8 offset=4 (local.get $at) (i32.const 123))
    (local.set $at (i32.add (local.get $at) (i32.const 5)))
    (br_if $more (i32.lt_u (local.get $at) (i32.const 565000))))
  (i32.store8 (i32.const 65000) (i32.const 123))
  (call $done (i32.const 65000) (i32.const 500000)))
