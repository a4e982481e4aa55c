;; Answers with a hundred pieces of content.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (call $done (i32.const 2560) (i32.const 16))
  (i32.store (i32.const 1044) (i32.const 131072))
  (i32.store (i32.const 1048) (i32.const 100)))
