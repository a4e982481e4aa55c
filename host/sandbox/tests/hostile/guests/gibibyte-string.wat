;; Hands the host a text of 1 GiB, which it truly has where an operator gives it so much memory.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (drop (memory.grow (i32.const 16384)))
  (call $log (i32.const 1) (i32.const 65536) (i32.const 0x40000000))
  (call $number (i32.const 1)))
