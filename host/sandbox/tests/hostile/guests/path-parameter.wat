;; Puts its arguments, as they are, where an Okta id belongs.

(data (i32.const 8192) "/api/v1/groups/{groupId}/usersgroupId")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (i32.store (i32.const 9216) (i32.const 8222)) (i32.store (i32.const 9220) (i32.const 7))
  (i32.store (i32.const 9224) (local.get $arguments)) (i32.store (i32.const 9228) (local.get $size))
  (call $get (i32.const 8192) (i32.const 30) (i32.const 9216) (i32.const 1) (i32.const 9472) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
  (call $tell (i32.const 4096)))
