;; Answers an array.

(data (i32.const 8192) "[1, 2, 3]")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (call $done (i32.const 8192) (i32.const 9)))
