;; Grows a table to ten million elements: eight bytes of the host's memory each, and no linear memory at all.

(table $t 0 funcref)

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (if (i32.eq (table.grow $t (ref.null func) (i32.const 10000000)) (i32.const -1)) (then unreachable))
  (call $number (i32.const 1)))
