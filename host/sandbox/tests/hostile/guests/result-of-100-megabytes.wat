;; Answers 100 MB, which it truly has where an operator gives it so much memory.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (drop (memory.grow (i32.const 1600)))
  (call $done (i32.const 65536) (i32.const 100000000)))
