;; Puts its arguments into a query parameter that may have a hundred bytes.

(data (i32.const 8192) "/api/v1/groupsq")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (i32.store (i32.const 9472) (i32.const 8206)) (i32.store (i32.const 9476) (i32.const 1))
  (i32.store (i32.const 9480) (local.get $arguments)) (i32.store (i32.const 9484) (local.get $size))
  (call $get (i32.const 8192) (i32.const 14) (i32.const 9216) (i32.const 0) (i32.const 9472) (i32.const 1)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
  (call $tell (i32.const 4096)))
