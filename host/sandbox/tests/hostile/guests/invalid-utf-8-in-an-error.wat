;; Fails with a text that is none.

(data (i32.const 8192) "\ed\a0\80\c0\80\ff")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (call $fail (i32.const 8192) (i32.const 6)))
