;; Counts its calls in a global, in memory, in a table and by dropping a data segment: what any of them tells of
;; an earlier call is the answer.

(global $calls (mut i32) (i32.const 0))
(table $kept 1 funcref)
(elem declare func $mark)
(data $once "once")
(func $mark)

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32) (local $found i32)
  (if (global.get $calls) (then (local.set $found (i32.or (local.get $found) (i32.const 1)))))
  (global.set $calls (i32.const 1))
  (if (i32.load (i32.const 8192)) (then (local.set $found (i32.or (local.get $found) (i32.const 2)))))
  (i32.store (i32.const 8192) (i32.const 1))
  (if (i32.gt_u (memory.size) (i32.const 5)) (then (local.set $found (i32.or (local.get $found) (i32.const 4)))))
  (drop (memory.grow (i32.const 100)))
  (if (i32.eqz (ref.is_null (table.get $kept (i32.const 0))))
    (then (local.set $found (i32.or (local.get $found) (i32.const 8)))))
  (table.set $kept (i32.const 0) (ref.func $mark))
  (if (i32.ne (table.size $kept) (i32.const 1)) (then (local.set $found (i32.or (local.get $found) (i32.const 16)))))
  (drop (table.grow $kept (ref.null func) (i32.const 1)))
  ;; Traps where an earlier call has dropped it.
  (memory.init $once (i32.const 8200) (i32.const 0) (i32.const 4))
  (data.drop $once)
  (call $number (local.get $found)))
