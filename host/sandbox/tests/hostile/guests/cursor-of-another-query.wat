;; Takes the cursor of one endpoint to another endpoint of its own.

(data (i32.const 8192) "/api/v1/groups")
(data (i32.const 8224) "/api/v1/groups/{groupId}/users")
(data (i32.const 8256) "groupId")
(data (i32.const 8272) "00g00000000000000001")
(data (i32.const 8320) "\40\20\00\00\07\00\00\00\50\20\00\00\14\00\00\00")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (call $get (i32.const 8192) (i32.const 14) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
  (if (i32.or (i32.load8_u (i32.const 4096)) (i32.eqz (i32.load8_u (i32.const 4108)))) (then unreachable))
  (call $get (i32.const 8224) (i32.const 30) (i32.const 8320) (i32.const 1) (i32.const 0) (i32.const 0)
    (i32.const 1) (i32.load (i32.const 4112)) (i32.load (i32.const 4116)) (i32.const 4096))
  (call $tell (i32.const 4096)))
