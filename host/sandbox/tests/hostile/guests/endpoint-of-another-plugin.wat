;; Asks for an endpoint that the plugin beside it declares and may use.

(data (i32.const 8192) "/api/v1/users/{id}id00u00000000000000001")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (i32.store (i32.const 9216) (i32.const 8210)) (i32.store (i32.const 9220) (i32.const 2))
  (i32.store (i32.const 9224) (i32.const 8212)) (i32.store (i32.const 9228) (i32.const 20))
  (call $get (i32.const 8192) (i32.const 18) (i32.const 9216) (i32.const 1) (i32.const 9472) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
  (call $tell (i32.const 4096)))
