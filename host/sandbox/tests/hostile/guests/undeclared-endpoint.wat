;; Asks for the System Log, which nobody here declares.

(data (i32.const 8192) "/api/v1/logs")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (call $get (i32.const 8192) (i32.const 12) (i32.const 9216) (i32.const 0) (i32.const 9472) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
  (call $tell (i32.const 4096)))
