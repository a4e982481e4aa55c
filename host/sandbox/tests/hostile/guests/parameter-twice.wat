;; Gives one path parameter twice, first as it should be.

(data (i32.const 8192) "/api/v1/groups/{groupId}/usersgroupId00g00000000000000001groupId../../users")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (i32.store (i32.const 9216) (i32.const 8222)) (i32.store (i32.const 9220) (i32.const 7))
  (i32.store (i32.const 9224) (i32.const 8229)) (i32.store (i32.const 9228) (i32.const 20))
  (i32.store (i32.const 9232) (i32.const 8249)) (i32.store (i32.const 9236) (i32.const 7))
  (i32.store (i32.const 9240) (i32.const 8256)) (i32.store (i32.const 9244) (i32.const 11))
  (call $get (i32.const 8192) (i32.const 30) (i32.const 9216) (i32.const 2) (i32.const 9472) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
  (call $tell (i32.const 4096)))
