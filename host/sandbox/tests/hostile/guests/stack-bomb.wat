;; Calls itself, for ever.

(func $deep (param i32) (result i32)
  (i32.add (i32.const 1) (call $deep (local.get 0))))

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (drop (call $deep (i32.const 0)))
  (call $number (i32.const 0)))
